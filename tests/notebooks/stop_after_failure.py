"""A pytest plugin: after a notebook's first failed cell, the rest of it is skipped.

What follows a failed cell fails as well, or hangs, and hides the one line that matters.
"""

import pytest

failed: dict[str, str] = {}


def is_cell(item: pytest.Item) -> bool:
    return type(item).__name__ == "IPyNbCell"


def pytest_runtest_setup(item: pytest.Item) -> None:
    book = str(item.path)
    if is_cell(item) and book in failed:
        pytest.skip(f"{failed[book]} failed before it")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    outcome = yield
    if is_cell(item) and outcome.get_result().failed:
        failed.setdefault(str(item.path), item.name)
