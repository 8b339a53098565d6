"""The node's own Go packages: formatted, vetted, and their tests pass as the programs are built."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab import golang
from lab.progress import Quiet
from lab.settings import Settings

NODE = Path(__file__).parents[2] / "lab-env" / "node-image"
OURS = ("./routes/...", "./localvolumes/...", "./cmd/node-routes")
MINUTES = 15  # on two busy cores, when nothing of Kubernetes' client is compiled yet


@pytest.fixture(scope="module")
def versions() -> dict[str, Any]:
    return dict(json.loads((NODE / "versions.json").read_text()))


@pytest.fixture(scope="module")
def go(versions: dict[str, Any]) -> golang.Go:
    found = golang.find(Settings.from_environment(), versions["go"], Quiet())
    return golang.Go(found.program, {**found.env, **versions["build"]["environment"]})


@pytest.fixture(scope="module")
def flags(versions: dict[str, Any]) -> list[str]:
    """The image builder's own flags, so that what it compiled is used again here."""
    build = versions["build"]
    return [*build["flags"], "-tags", ",".join(build["tags"])]


def test_our_sources_are_formatted(go: golang.Go, unformatted: Callable[[golang.Go, Path], str]):
    assert unformatted(go, NODE) == ""


@pytest.mark.timeout(MINUTES * 60)
def test_vet_finds_nothing(go: golang.Go, flags: list[str]):
    go.run(NODE, "vet", *flags, *OURS, minutes=MINUTES)


@pytest.mark.timeout(MINUTES * 60)
def test_the_packages_tests_pass(go: golang.Go, flags: list[str]):
    print(go.run(NODE, "test", *flags, *OURS, minutes=MINUTES).out)


@pytest.mark.timeout(MINUTES * 60)
def test_go_mod_and_go_sum_name_all_that_is_built(
    go: golang.Go, flags: list[str], versions: dict[str, Any]
):
    """With -mod=readonly Go refuses a module that is missing there."""
    go.run(NODE, "list", *flags, "-deps", *versions["build"]["packages"], minutes=MINUTES)
