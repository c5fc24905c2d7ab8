"""A neural network on amorphous silicon: the rigidity of its last layer, frozen and retrained."""

from __future__ import annotations

import numpy as np

from lprviz.analysis.analysis import LPRAnalysis
from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.core.arrays import FloatArray
from lprviz.gallery.claims import Chart, Series, about, at_least, in_digits, rises
from lprviz.gallery.entry import GalleryEntry, Measured, Study
from lprviz.gallery.systems.readings import atoms_in, in_groups, median_ratio, typical
from lprviz.gallery.systems.silicon import (
    PRISTINE,
    SILICON,
    WITH_DEFECTS,
    coordination,
    silicon_structures,
    silicon_training,
)
from lprviz.progress import Tick, phase

SETTINGS = NetworkSettings(hidden=(32, 32), n_inputs=32, epochs=60)
N_SEEDS = 3
LAW = "exact law: with a frozen backbone, adding never lowers"
RIDGE = "as the ridge model on the same set"
NOISE = "reference figure 0.07, found on another set and network, to a factor of three"

CLAIMS = (
    rises("contrast", "typical LPR in defective cells: four-coordinated over other atoms, pristine training", RIDGE),
    at_least("agrees", "rank correlation of LPR with the ridge model's, over the atoms judged", 0.3, RIDGE),
    at_least("never-lowers", "smallest gain of an atom when five defective cells join, backbone frozen", 1.0 - 1e-6,
             LAW),
    rises("retrained", "typical LPR of other than four-coordinated atoms: retrained with defects over before", RIDGE),
    about("seed-noise", "spread of LPR over seeds, decades, median over atoms", 0.07, NOISE, 3.0),
)  # fmt: skip


def prepare_network() -> LPRAnalysis:
    """The network, its backbone trained on the pristine cells alone."""
    structures = silicon_structures()
    pristine = silicon_training(structures)[0].members
    spec = ModelSpec(kind="network", network=SETTINGS, trained_on=pristine)
    return LPRAnalysis(structures, hypers=SILICON.hypers, model=spec, alpha=1e-4)


def measure_network(study: Study, tick: Tick) -> Measured:
    """The silicon entry's readings on a network's last layer, beside ridge, frozen, retrained and from other seeds."""
    structures = study.structures
    neighbours = coordination(structures)
    trained = set(study.members[WITH_DEFECTS])
    judged = atoms_in(structures, [s for s in in_groups(structures, "amorphous-defective") if s not in trained])
    four, other = judged & (neighbours == 4), judged & (neighbours != 4)
    pristine = study.fitted(PRISTINE)
    added = [s for s in study.members[WITH_DEFECTS] if s not in pristine.members]
    joined = pristine.add(added)
    retrained = pristine.retrain(study.members[WITH_DEFECTS], warm=False, tick=phase(tick, 0.0, 0.2))
    noise = pristine.seed_noise(N_SEEDS, tick=phase(tick, 0.2, 0.8))
    ridge = LPRAnalysis(structures, hypers=SILICON.hypers).prepare(tick=phase(tick, 0.8, 1.0)).fit(pristine.members)
    values = {
        "contrast": typical(pristine.lpr[four]) / typical(pristine.lpr[other]),
        "agrees": _rank_correlation(pristine.lpr[judged], ridge.lpr[judged]),
        "never-lowers": float(np.min(joined.lpr / pristine.lpr)),
        "retrained": typical(retrained.lpr[other]) / typical(pristine.lpr[other]),
        "seed-noise": float(np.median(noise.spread[judged])),
    }
    found = [count for count in range(2, 8) if np.count_nonzero(judged & (neighbours == count)) >= 5]
    series = tuple(
        Series(name, found, [typical(lpr[judged & (neighbours == count)]) for count in found], marks=True)
        for name, lpr in (
            (PRISTINE, pristine.lpr),
            ("five defective cells added, backbone frozen", joined.lpr),
            ("retrained with defective cells", retrained.lpr),
            ("ridge, " + PRISTINE, ridge.lpr),
        )
    )
    chart = Chart("Last layer and ridge", "neighbours within 2.7 Å", "typical LPR", series, log_y=True)
    gain = median_ratio(joined.lpr, pristine.lpr, other)
    note = f"With the backbone frozen, the other atoms' median gain from five defective cells is {in_digits(gain)}."
    return Measured(values, (chart,), (note,))


def _rank_correlation(first: FloatArray, second: FloatArray) -> float:
    from scipy.stats import rankdata

    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


NETWORK = GalleryEntry(
    key="network",
    title="A neural network: the rigidity of its last layer",
    question="Does a network trained on pristine glass know, in its own features, that it has never seen a defect?",
    look_at="Colour a defective cell by LPR, add defective cells (live, backbone frozen), then retrain: the features "
    "themselves change, and with them what LPR was measured in.",
    dataset="silicon",
    claims=CLAIMS,
    source="Last-layer prediction rigidity, Bigi et al. 2024 (arXiv 2403.02251), set beside the silicon entry.",
    load=silicon_structures,
    training=silicon_training,
    measure=measure_network,
    model=ModelSpec(kind="network", network=SETTINGS),
    hypers=SILICON.hypers,
    prepare=prepare_network,
    needs="torch",
)
