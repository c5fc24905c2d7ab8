"""One server for the browser tests of the app, with a cache of its own."""

import pytest
from browser import serve
from dashboard import MAIN, Dashboard


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with serve(MAIN, env={"LPRVIZ_CACHE_DIR": str(folder)}) as running:
        yield running
    assert "Traceback" not in running_log(running)


def running_log(server):
    return server.log() if server.log_path.exists() else ""


@pytest.fixture
def dashboard(visit, server):
    """The app in a fresh window of 1440 x 900, its network cut but for the server itself."""

    def open_window(width=1440, height=900):
        opened = visit(width, height)
        opened.page.route(
            lambda url: not url.startswith(("http://127.0.0.1:", "blob:", "data:")), lambda route: route.abort()
        )
        return Dashboard.open(opened, server)

    return open_window
