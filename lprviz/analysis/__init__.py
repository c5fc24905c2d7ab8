"""The headless facade over core and data: what scripts, the command line and the dashboard's session all use.

=================  ==================================================================================
analysis           `LPRAnalysis`: data set + representation + kind of model, before a training set
fitted             `FittedLPR`: the same with a training set; add, remove, alpha; LPR, energies
training           indices, the regulariser in force and the targets of a training set
results            `RigidityResult`, `InfluenceResult`, `Suggestion`: frozen answers that explain themselves
influence          who holds this atom: leave-one-structure-out without a refit
rigidity_answers   the questions below as methods of `FittedLPR`
  rigidities       rigidity of groups and differences, covariances; groups: how a user names them
  tug              what else moves when one local energy is forced to move: `Tug`
  components       named parts of the features; component_rigidity: LCPR and CPR, live: `ComponentResult`
suggestion         greedy choice of what to train on next
reasons            the questions below as methods of `FittedLPR`
  preview          what switching one structure would do: `Preview`
  holding          who holds a group, and whom a structure holds: `GroupInfluence`, `Leaning`
  redundancy       irreplaceable members and redundant pairs: `Redundancy`
  explanation      why an atom is low: `Explanation`; explanation_words, nearest_training: what it says and names
  budget           what n additions buy, three ways: `BudgetCurve`; dispensing: what can go: `Dispensable`
  orders           the metric of a goal along an order of switches
trust              the questions below as methods of `FittedLPR`
  alpha_choice     cross-validation of every regulariser: `AlphaCurve`
  calibration      standard deviations in eV from held-out residuals: `Calibration`
  committee        committees and shallow ensembles beside the analytic spread: `CommitteeResult`
  truth            local energies against their references: `LocalError`
  training_rows    the training set row by row
forces             what training on forces changes: `ForceEffect`; force_rows: forces as rows of the loss
models             every kind of model as a feature map: `compute_representation`
model_spec         `ModelSpec`, `NetworkSettings`: what there is to choose about a model
  model_order      what is to be made: checked, named, kept
  base_features    SOAP or imported features with the constant columns asked for
  feature_maps     sparse kernel or network between those and the pool
  network_training the one place that imports PyTorch, when asked to
retraining         a network trained again, and how much another seed changes: `SeedNoise`
=================  ==================================================================================
"""

from lprviz.analysis.analysis import LPRAnalysis
from lprviz.analysis.budget import BudgetCurve
from lprviz.analysis.calibration import Calibration, Parity
from lprviz.analysis.committee import CommitteeResult
from lprviz.analysis.component_rigidity import ComponentResult
from lprviz.analysis.components import Component
from lprviz.analysis.dispensing import Dispensable
from lprviz.analysis.explanation import Explanation
from lprviz.analysis.fitted import FittedLPR
from lprviz.analysis.forces import ForceEffect
from lprviz.analysis.holding import GroupInfluence, Leaning
from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.analysis.preview import Preview
from lprviz.analysis.redundancy import Redundancy, RedundantPair
from lprviz.analysis.results import InfluenceResult, RigidityResult, Suggestion
from lprviz.analysis.retraining import SeedNoise
from lprviz.analysis.suggestion import goals
from lprviz.analysis.truth import LocalError
from lprviz.analysis.tug import Tug
from lprviz.core.alpha_choice import AlphaCurve

__all__ = [
    "AlphaCurve",
    "BudgetCurve",
    "Calibration",
    "CommitteeResult",
    "Component",
    "ComponentResult",
    "Dispensable",
    "Explanation",
    "FittedLPR",
    "ForceEffect",
    "GroupInfluence",
    "InfluenceResult",
    "LPRAnalysis",
    "Leaning",
    "LocalError",
    "ModelSpec",
    "NetworkSettings",
    "Parity",
    "Preview",
    "Redundancy",
    "RedundantPair",
    "RigidityResult",
    "SeedNoise",
    "Suggestion",
    "Tug",
    "goals",
]
