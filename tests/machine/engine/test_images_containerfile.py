"""The course's images on a real engine: what the lab writes is what `podman build` would make."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import containerfile, courseimages, debian, debianscript, engine, rootfs
from lab.cache import Cache
from lab.engine import Engine
from lab.progress import Quiet
from lab.settings import Settings

TAGS = ("lab.local/test-built:v1", "lab.local/web:v1", "lab.local/toolbox:v1")
RECIPES = {recipe.name: recipe for recipe in courseimages.recipes()}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings.from_environment()


@pytest.fixture(scope="module")
def podman(settings: Settings) -> Iterator[Engine]:
    found = engine.find(settings)
    yield found
    for tag in TAGS:
        found.run("image", "rm", "--force", tag, check=False)


@pytest.fixture(scope="module")
def images(settings: Settings) -> dict[str, courseimages.CourseImage]:
    return {image.reference: image for image in courseimages.course_images(settings, Quiet())}


def contents(archive: Path) -> dict[str, tuple[Any, ...]]:
    """Every path in an image's layers, with type, mode, size and link."""
    found = {}
    with tarfile.open(archive) as outer:
        manifest = outer.extractfile("manifest.json")
        assert manifest is not None
        for name in json.load(manifest)[0]["Layers"]:
            layer = outer.extractfile(name)
            with tarfile.open(fileobj=layer) as tar:
                for info in tar:
                    path = info.name.strip("./")
                    found[path] = (info.type, info.mode & 0o7777, info.size, info.linkname)
    found.pop("", None)
    return found


def configured(podman: Engine, tag: str) -> dict[str, Any]:
    config: dict[str, Any] = json.loads(podman.run("image", "inspect", tag).out)[0]["Config"]
    # Who built it; the rest is how a container of it is run.
    config.pop("Labels", None)
    return config


@pytest.mark.parametrize("name", ["web", "toolbox"])
def test_an_engine_builds_the_same_image_from_the_containerfile(
    name: str,
    podman: Engine,
    settings: Settings,
    images: dict[str, courseimages.CourseImage],
    tmp_path: Path,
) -> None:
    recipe = RECIPES[name]
    ours = images[recipe.reference("v1")]
    courseimages.prepare(recipe, "v1", tmp_path, settings, Quiet())
    podman.run("build", "--network=none", "-t", TAGS[0], tmp_path, timeout=120)
    built = tmp_path / "built.tar"
    podman.run("save", "--format", "docker-archive", "-o", built, TAGS[0], timeout=120)
    podman.run("load", "-i", ours.archive, timeout=120)

    assert contents(built) == contents(ours.archive)
    assert configured(podman, TAGS[0]) == configured(podman, ours.reference)


def test_every_program_of_the_toolbox_starts(
    podman: Engine, images: dict[str, courseimages.CourseImage]
) -> None:
    image = images["lab.local/toolbox:v1"]
    podman.run("load", "-i", image.archive, timeout=120)
    programs = RECIPES["toolbox"].context["debian"]["programs"]
    # The loader ends with 127 when a library is missing, whatever the program makes of -h.
    script = "; ".join(f"{each} -h >/dev/null 2>&1 </dev/null; echo {each} $?" for each in programs)
    run = ("run", "--rm", "--network=none", image.reference)
    codes = dict(line.split() for line in podman.run(*run, "sh", "-c", script).out.splitlines())
    assert set(codes) == set(programs)
    assert {program for program, code in codes.items() if code in ("126", "127")} == set()
    assert podman.run(*run, "sh", "-c", "type -t ping; dig -v 2>&1").out.startswith("file")


def test_the_toolbox_ends_at_once_when_it_is_told_to(
    podman: Engine, images: dict[str, courseimages.CourseImage]
) -> None:
    image = images["lab.local/toolbox:v1"]
    podman.run("load", "-i", image.archive, timeout=120)
    started = podman.run("run", "-d", "--rm", "--network=none", image.reference).out.strip()
    assert podman.run("stop", "-t", "30", started).seconds < 10


def test_web_writes_and_is_written_to_in_its_container(
    podman: Engine, images: dict[str, courseimages.CourseImage]
) -> None:
    image = images["lab.local/web:v2"]
    podman.run("load", "-i", image.archive, timeout=120)
    name = ("-e", "POD_NAME=web-7")
    started = podman.run("run", "-d", *name, "--network=none", image.reference).out.strip()
    try:
        ask = (
            "until web get http://127.0.0.1:8080/ready; do sleep 0.1; done; "
            "echo hello > /data/note; wget -q -O- http://127.0.0.1:8080/"
        )
        text = podman.execute(started, "sh", "-c", ask).out
        assert "I am web-7, version v2" in text
        assert "hello" in text
    finally:
        podman.run("rm", "--force", started)
        podman.run("image", "rm", "--force", image.reference, check=False)


def test_a_script_changes_a_debian_system_from_inside(settings: Settings, tmp_path: Path) -> None:
    cache = Cache(settings.cache)
    packages = ["coreutils", "dash"]
    base = debian.base(cache, Quiet(), courseimages.SUITE, packages, variant="extract")
    script = tmp_path / "setup.sh"
    script.write_text("id -u > /etc/who\nchown 42 /etc/who\nln -s who /etc/him\n")
    done = debianscript.applied(Cache(tmp_path / "cache"), Quiet(), base, script)
    rootfs.write(tmp_path / containerfile.LAYER, rootfs.Content(base=done))
    with tarfile.open(tmp_path / containerfile.LAYER) as tar:
        who = tar.getmember("etc/who")
        content = tar.extractfile(who)
        assert content is not None
        assert content.read() == b"0\n"
        assert who.uid == 42
        assert tar.getmember("etc/him").linkname == "who"
        assert "usr/bin/dash" in tar.getnames()
