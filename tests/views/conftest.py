"""Sessions for the views, without a page: one that answers at once, one whose worker waits to be told."""

import pytest

from lprviz.jobs import InlineWorker, Progress
from lprviz.session import Session
from lprviz.session.plans import dataset_of
from tests.session.conftest import silicon


class WaitingWorker(InlineWorker):
    """Runs a request when told to; until then it is under way."""

    pending = None

    @property
    def progress(self):
        return Progress(1, self.pending.label) if self.pending else None

    @progress.setter
    def progress(self, value):
        pass

    def submit(self, request):
        self.pending = request
        return 1

    def run(self):
        request, self.pending = self.pending, None
        super().submit(request)

    def cancel(self):
        self.pending = None


@pytest.fixture
def session():
    made = Session()
    made.load_dataset(dataset_of(silicon()))
    return made


@pytest.fixture
def working():
    """A session on its first fit, and its worker: ``worker.run(); session.drain()`` does what is asked for."""
    workers = []

    def employ(wake):
        workers.append(WaitingWorker(wake))
        return workers[0]

    session = Session(employ)
    session.load_dataset(dataset_of(silicon()))
    workers[0].run()
    session.drain()
    assert session.fit is not None
    return session, workers[0]


@pytest.fixture(autouse=True)
def no_served_page(monkeypatch):
    """Views are tried without a page; a server that an earlier test ran in this process may have left its own."""
    from lprviz.views import awaited_work

    class Nowhere:
        curdoc = None

    class Panel:
        state = Nowhere

    monkeypatch.setattr(awaited_work, "pn", Panel)
