"""The Go programs: those of a node, in one build, and kind and kubectl for this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lab import archive, golang, remote
from lab.cache import Cache, key
from lab.engine import Engine, find
from lab.errors import LabError
from lab.nodeimage.versions import REPOSITORY, SOURCE, versions
from lab.progress import Progress
from lab.settings import Settings

KIND_PATH = "sigs.k8s.io/kind"
# The kind of these results in the cache.
KIND = "programs"
_DEFAULT = "kind-default"
_DEFAULT_IMAGE = re.compile(r'^const Image = "([^"]+@sha256:[0-9a-f]{64})"$', re.MULTILINE)


def programs_key() -> str:
    """The cache key of all programs: of their sources and of how they are compiled."""
    how = json.dumps([versions().build, versions().go], sort_keys=True)
    parts: list[str | Path] = [archive.architecture(), how]
    for file in sources(SOURCE):
        parts += [str(file.relative_to(SOURCE)), file]
    return key(*parts)


def sources(folder: Path) -> list[Path]:
    """Return the files below a module's folder that the compiler may read, in a fixed order."""
    compiled = (
        file
        for file in folder.rglob("*")
        if file.is_file()
        and file.relative_to(folder).parts[0] not in ("rootfs", "versions.json")
        and not file.name.endswith(("_test.go", ".md"))
        and "testdata" not in file.parts
    )
    return sorted(compiled)


def build_programs(settings: Settings, progress: Progress) -> Path:
    """Return the folder with all binaries; about six minutes on two cores when none is cached."""

    def make(folder: Path) -> None:
        go = golang.find(settings, versions().go, progress)
        with progress.step("compile Kubernetes and the node's programs") as step:
            _build(go, folder, versions().build["packages"], step.say)

    return Cache(settings.cache).result(KIND, programs_key(), make)


def kind_binary(settings: Settings, progress: Progress) -> Path:
    """Return the program kind: that of the programs' build if there is one, else built alone."""
    cache = Cache(settings.cache)
    if cache.has(KIND, programs_key()):
        return cache.root / KIND / programs_key() / "kind"

    def make(folder: Path) -> None:
        if settings.registry:
            _fetch_kind(settings, folder / "kind", progress)
            return
        go = golang.find(settings, versions().go, progress)
        with progress.step("compile kind") as step:
            _build(go, folder, [KIND_PATH], step.say)

    return cache.result("kind", kind_key(), make) / "kind"


def _fetch_kind(settings: Settings, out: Path, progress: Progress) -> None:
    """Take kind from the registry that LAB_REGISTRY names, where it lies in an image."""
    engine = find(settings)
    with (
        progress.step("fetch kind"),
        remote.pulled(engine, str(settings.registry), f"kind:{kind_key()}") as image,
    ):
        remote.take_out(engine, image, "/kind", out)


def kubectl_binary(settings: Settings, engine: Engine, image: str, progress: Progress) -> Path:
    """Return a kubectl of the cluster's version: that of its node image, which the engine holds.

    For an image that was built here it is another name of the binary in the cache.
    """
    cache = Cache(settings.cache)
    ours = image.startswith(f"{REPOSITORY}:") and cache.has(KIND, programs_key())

    def linked(folder: Path) -> None:
        (folder / "kubectl").hardlink_to(build_programs(settings, progress) / "node")

    def copied(folder: Path) -> None:
        with progress.step("take kubectl out of the node image"):
            remote.take_out(engine, image, "/usr/bin/kubectl", folder / "kubectl")

    return cache.result("kubectl", key(image), linked if ours else copied) / "kubectl"


def kind_module(settings: Settings, progress: Progress) -> Path:
    """Return the folder of kind's sources, which hold the files that every node image has."""
    return golang.find(settings, versions().go, progress).module(SOURCE, KIND_PATH)


def default_image(settings: Settings, progress: Progress) -> str:
    """Return the node image that this version of kind uses by itself, pinned by its digest."""

    def make(folder: Path) -> None:
        source = kind_module(settings, progress) / "pkg/apis/config/defaults/image.go"
        found = _DEFAULT_IMAGE.search(source.read_text())
        if found is None:
            raise LabError(
                f"kind {versions().kind} doesn't say which node image it uses.",
                "Its source image.go holds no reference with a digest.",
                "Set LAB_IMAGES=build, or name an image in LAB_NODE_IMAGE.",
            )
        # Spelled out, or podman may ask in which registry it is to look.
        (folder / "reference").write_text(f"docker.io/{found[1]}")

    place = Cache(settings.cache).result(_DEFAULT, kind_key(), make)
    return (place / "reference").read_text()


def known_default_image(settings: Settings) -> str | None:
    """Return kind's own node image if that is known already, at the cost of a file read."""
    cache = Cache(settings.cache)
    if not cache.has(_DEFAULT, kind_key()):
        return None
    return (cache.root / _DEFAULT / kind_key() / "reference").read_text()


def kind_key() -> str:
    """The cache key of the program kind and of what its sources say."""
    return key(archive.architecture(), versions().kind, SOURCE / "go.mod", SOURCE / "go.sum")


def _build(go: golang.Go, out: Path, packages: Iterable[str], say: golang.Say) -> None:
    build: dict[str, Any] = dict(versions().build)
    go.build(
        SOURCE,
        out,
        list(packages),
        tags=build["tags"],
        flags=build["flags"],
        ldflags=build["ldflags"],
        env=build["environment"],
        say=say,
    )
