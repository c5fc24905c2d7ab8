"""One page with training tables for each file of tests."""

import pytest


@pytest.fixture(scope="module")
def tables(chromium):
    from table_stage import table_stage

    with table_stage(chromium) as open_table:
        yield open_table


@pytest.fixture
def open_table(tables, request):
    """Opens a table of the test's own: ``open_table(n=60, width=900)`` gives a `table_stage.TablePage`."""
    return lambda **options: tables(request.node.name, **options)
