"""Node images on a real engine: a good one gets its name, a broken one never does."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab import engine as engines
from lab import shell
from lab.engine import Engine
from lab.errors import LabError
from lab.nodeimage import assemble, build, choose, programs, smoke
from lab.progress import Quiet
from lab.settings import Settings

BROKEN = "broken0123456789"


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings.from_environment()


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Engine:
    return engines.find(settings)


@pytest.fixture(scope="module")
def parts(settings: Settings) -> assemble.Parts:
    return build.parts(settings, Quiet())


@pytest.fixture
def broken(
    settings: Settings,
    engine: Engine,
    parts: assemble.Parts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[], str]]:
    """Build the image from changed parts, which must fail; returns why it did.

    The parts are the folders `programs` and `rootfs` in `tmp_path`.
    """
    folder = tmp_path / "programs"
    shutil.copytree(parts.programs, folder, copy_function=os.link)
    shutil.copytree(assemble.ROOTFS, tmp_path / "rootfs")
    changed = dataclasses.replace(parts, programs=folder)
    monkeypatch.setattr(assemble, "ROOTFS", tmp_path / "rootfs")
    monkeypatch.setattr(build, "parts", lambda *_: changed)
    monkeypatch.setattr(build, "image_key", lambda _: BROKEN)

    def failed() -> str:
        with pytest.raises(LabError) as caught:
            build.build(settings, engine, Quiet())
        return caught.value.why

    yield failed
    shown = engine.run("images", "--format", "{{.Repository}}:{{.Tag}}").out
    assert BROKEN not in shown
    assert not (settings.cache / "node-image" / BROKEN).exists()
    assert "lab-smoke-" not in engine.run("ps", "-a", "--format", "{{.Names}}").out


def replace(file: Path, text: str) -> None:
    """Write a file anew, so that what it was a hard link of stays as it is."""
    mode = file.stat().st_mode
    file.unlink()
    file.write_text(text)
    file.chmod(mode)


def test_a_good_image_gets_its_name_and_knows_every_image_that_a_cluster_needs(
    settings: Settings, engine: Engine, parts: assemble.Parts
) -> None:
    reference = build.build(settings, engine, Quiet())
    assert reference == build.reference(parts.course)
    smoke.check(engine, reference, [image.reference for image in parts.course])


def test_an_image_with_broken_programs_is_never_tagged(
    broken: Callable[[], str], tmp_path: Path
) -> None:
    replace(tmp_path / "programs" / "ptp", "#!/bin/sh\necho 'wrong machine' >&2\nexit 1\n")
    replace(tmp_path / "programs" / "node-routes", "#!/bin/sh\nexit 1\n")
    why = broken()
    assert "opt/cni/bin/ptp: wrong machine" in why
    assert "unit node-routes" in why


def test_an_image_with_broken_manifests_is_never_tagged(
    broken: Callable[[], str], tmp_path: Path
) -> None:
    manifests = tmp_path / "rootfs" / "kind" / "manifests"
    storage = manifests / "default-storage.yaml"
    storage.write_text(storage.read_text().replace("name: standard", "name: other"))
    (manifests / "default-cni.yaml").write_text("kind: [\n")
    why = broken()
    assert "default-storage.yaml: it has no StorageClass/standard" in why
    assert "default-cni.yaml: while parsing" in why


def test_an_image_that_lacks_an_image_of_kubernetes_is_found_out(
    engine: Engine, settings: Settings
) -> None:
    reference = build.build(settings, engine, Quiet())
    with pytest.raises(LabError, match=r"image lab\.local/forgotten:v1: not there"):
        smoke.check(engine, reference, ["lab.local/forgotten:v1"])


def test_a_second_build_takes_a_moment(settings: Settings, engine: Engine) -> None:
    reference = build.build(settings, engine, Quiet())
    progress = Quiet()
    assert build.build(settings, engine, progress) == reference
    assert progress.seconds == {}


def test_kinds_own_image_is_pinned_by_its_digest(settings: Settings) -> None:
    reference = programs.default_image(settings, Quiet())
    assert reference.startswith("docker.io/kindest/node:v")
    assert "@sha256:" in reference


def test_kind_and_kubectl_run_on_this_machine(settings: Settings, engine: Engine) -> None:
    reference = build.build(settings, engine, Quiet())
    kind = programs.kind_binary(settings, Quiet())
    kubectl = programs.kubectl_binary(settings, engine, reference, Quiet())
    assert "kind v" in shell.run([kind, "version"], timeout=20).out
    version = shell.run([kubectl, "version", "--client"], timeout=20).out
    assert reference.split(":")[1].split("-")[0] in version


def test_kubectl_is_taken_out_of_an_image_that_was_not_built_here(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    reference = build.build(settings, engine, Quiet())
    elsewhere = dataclasses.replace(settings, cache=tmp_path)
    kubectl = programs.kubectl_binary(elsewhere, engine, reference, Quiet())
    assert kubectl.is_relative_to(tmp_path)
    assert "Client Version" in shell.run([kubectl, "version", "--client"], timeout=20).out


def test_an_image_that_does_not_exist_is_refused_with_what_to_do(
    settings: Settings, engine: Engine
) -> None:
    wrong = dataclasses.replace(settings, node_image="lab.local/node:none")
    with pytest.raises(LabError, match=r"lab\.local/node:none is not to be had") as caught:
        choose.node_image(wrong, engine, Quiet())
    assert "LAB_NODE_IMAGE" in caught.value.do


def test_an_image_that_was_built_is_used_again_without_asking_a_registry(
    settings: Settings, engine: Engine
) -> None:
    reference = build.build(settings, engine, Quiet())
    progress = Quiet()
    automatic = dataclasses.replace(settings, images="auto", node_image=None)
    found = choose.node_image(automatic, engine, progress)
    assert found == choose.NodeImage(reference, "built")
    assert progress.seconds == {}


def test_what_a_killed_test_left_is_deleted_and_a_running_one_is_not(engine: Engine):
    ended = subprocess.Popen(["true"])
    ended.wait()
    image = next(
        name
        for name in engine.run("images", "--format", "{{.Repository}}:{{.Tag}}").out.split()
        if "lab.local/node:" in name
    )
    for name, pid in (("lab-smoke-left", ended.pid), ("lab-smoke-mine", os.getpid())):
        engine.run("create", f"--name={name}", f"--label=lab.statefulset.smoke={pid}", image)
    try:
        smoke.clear(engine)
        there = engine.run("ps", "-a", "--format", "{{.Names}}").out.split()
        assert "lab-smoke-left" not in there
        assert "lab-smoke-mine" in there
    finally:
        # One by one: podman removes none of several if one of them is gone.
        for name in ("lab-smoke-left", "lab-smoke-mine"):
            engine.remove(name, check=False)
