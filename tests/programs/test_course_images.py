"""The Go programs of the course's images: formatted, vetted, and their own tests pass."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lab import courseimages, golang, paths
from lab.progress import Quiet
from lab.settings import Settings

# Go's own packages may have to be compiled first, beside everything else.
pytestmark = pytest.mark.timeout(600)
PROGRAMS = sorted(file.parent.name for file in paths.IMAGES.glob("*/go.mod"))


@pytest.fixture(scope="module")
def go() -> golang.Go:
    version, build = courseimages.go_build()
    found = golang.find(Settings.from_environment(), version, Quiet())
    return golang.Go(found.program, {**found.env, **build["environment"]})


@pytest.fixture(scope="module")
def flags() -> list[str]:
    """The images' own flags, so that what they compiled is used again here."""
    return list(courseimages.go_build()[1]["flags"])


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_sources_are_formatted_vetted_and_pass_their_tests(
    name: str,
    go: golang.Go,
    flags: list[str],
    unformatted: Callable[[golang.Go, Path], str],
) -> None:
    folder = paths.IMAGES / name
    assert unformatted(go, folder) == ""
    go.run(folder, "vet", *flags, ".", minutes=8)
    go.run(folder, "test", *flags, "-count=1", ".", minutes=8)
