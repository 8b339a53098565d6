"""The course's web server: its Go sources are formatted, vetted, and its own tests pass."""

from pathlib import Path

import pytest

from lab import courseimages, golang, paths, shell
from lab.progress import Quiet
from lab.settings import Settings

WEB = paths.IMAGES / "web"
# Go's own packages may have to be compiled first, beside everything else.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def go() -> golang.Go:
    version, build = courseimages.go_build()
    found = golang.find(Settings.from_environment(), version, Quiet())
    return golang.Go(found.program, {**found.env, **build["environment"]})


@pytest.fixture(scope="module")
def flags() -> list[str]:
    """The image's own flags, so that what it compiled is used again here."""
    return list(courseimages.go_build()[1]["flags"])


def test_the_sources_are_formatted_and_vetted(go: golang.Go, flags: list[str]) -> None:
    root = Path(go.run(WEB, "env", "GOROOT").out.strip())
    assert shell.run([root / "bin/gofmt", "-l", "."], timeout=60, cwd=WEB).out == ""
    go.run(WEB, "vet", *flags, ".", minutes=8)


def test_the_server_s_own_tests_pass(go: golang.Go, flags: list[str]) -> None:
    go.run(WEB, "test", *flags, "-count=1", ".", minutes=8)


def test_the_readme_names_every_path_that_the_server_answers() -> None:
    sources = "".join(file.read_text() for file in WEB.glob("*.go") if "_test" not in file.name)
    told = (WEB / "README.md").read_text()
    for path in ("/api", "/notes", "/slow", "/exit", "/memory", "/cpu", "/metrics"):
        assert f'{path}"' in sources
        assert path in told
