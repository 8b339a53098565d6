"""What the tests of all Go programs need."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lab import golang, shell


@pytest.fixture
def unformatted() -> Callable[[golang.Go, Path], str]:
    """Tells the names of a folder's sources that are not formatted, with the Go's own gofmt."""

    def find(go: golang.Go, folder: Path) -> str:
        root = Path(go.run(folder, "env", "GOROOT").out.strip())
        return shell.run([root / "bin" / "gofmt", "-l", "."], timeout=60, cwd=folder).out

    return find
