from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


def pytest_generate_tests(metafunc):
    """One test a notebook, and none where there is no notebook: the rules must not pass empty."""
    if "book" not in metafunc.fixturenames:
        return
    files = sorted(ROOT.glob("notebooks/**/*.ipynb"))
    files = [file for file in files if ".ipynb_checkpoints" not in file.parts]
    if not files:
        raise pytest.UsageError("There is no notebook in notebooks/.")
    metafunc.parametrize("book", files, ids=[file.name for file in files], indirect=True)


@pytest.fixture
def book(request) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)
