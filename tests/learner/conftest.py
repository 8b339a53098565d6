"""A learner for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from learner import Learner, seated
from newcomer import newcomer


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    """Somebody new to the course, at JupyterLab, on the lab that is up."""
    with seated(newcomer(tmp_path)) as seat:
        yield seat
