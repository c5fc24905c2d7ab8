"""Sessions of one process share what they only read."""

import threading

import pytest

from lprviz.analysis.model_spec import ModelSpec
from lprviz.progress import Cancelled
from lprviz.session import Session
from lprviz.session.library import Library
from lprviz.session.plans import dataset_of
from tests.session.conftest import HYPERS, silicon


def test_two_sessions_share_one_representation():
    library = Library()
    structures = silicon()
    first, second = Session(library=library), Session(library=library)
    for session in (first, second):
        session.load_dataset(dataset_of(structures))
    assert first.fit.engine.pool is second.fit.engine.pool
    first.remove_structures([0])
    assert 0 in second.fit.members


def test_a_representation_is_computed_once_even_when_asked_for_at_once(monkeypatch):
    library, calls, gate = Library(), [], threading.Event()
    structures = silicon()
    from lprviz.session import library as module

    real = module.compute_representation

    def counted(*args, **kwargs):
        calls.append(1)
        gate.wait(5)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, "compute_representation", counted)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(library.representation(structures, HYPERS, ModelSpec())))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(30)
    assert len(calls) == 1
    assert len({id(each) for each in found}) == 1


def test_who_waits_for_another_can_still_cancel():
    library, inside, release = Library(), threading.Event(), threading.Event()

    def hold():
        with library._turn("key", lambda done, total: None):
            inside.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(5)

    def cancelled(done, total):
        raise Cancelled

    with pytest.raises(Cancelled), library._turn("key", cancelled):
        pass
    release.set()
    holder.join(5)
