"""The node image from packages: each step cached by what it depends on, tagged only when good."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from lab import archive, debian
from lab.cache import Cache, key, remove_tree
from lab.engine import Engine
from lab.nodeimage import assemble, programs, smoke
from lab.nodeimage.versions import REPOSITORY, versions
from lab.progress import Progress
from lab.settings import Settings
from lab.together import together

# An image that was loaded and not yet tested has this name, which nothing else asks for.
_UNTESTED = "lab.local/untested-node"
_KIND = "node-image"
_JOINING = ("assemble", "control_plane", "kindfiles", "tree")


def base_key() -> str:
    """The cache key of the Debian part."""
    return debian.base_key(versions().debian, assemble.PACKAGES)


def image_key() -> str:
    """The cache key of the whole image: of the programs, the base, and how they are joined."""
    facts = versions()
    names = json.dumps([facts.kubernetes, facts.kind, facts.programs, facts.units, facts.images])
    here = Path(__file__).parent
    joining = [
        here / name for name in ("assemble.py", "control_plane.py", "kindfiles.py", "tree.py")
    ]
    return key(
        base_key(),
        programs.programs_key(),
        names,
        assemble.ROOTFS,
        Path(archive.__file__),
        *joining,
    )


def reference() -> str:
    """The name of the image that would be built from these sources."""
    return f"{REPOSITORY}:{versions().kubernetes}-{image_key()}"


def build(settings: Settings, engine: Engine, progress: Progress) -> str:
    """Return the reference of the built image, which the engine then holds.

    Cold this takes minutes and the network; with the archive in the cache a few seconds; with
    the image in the engine none. Raises LabError when a step fails, the smoke test too: then
    the engine holds no image of that name.
    """
    wanted = reference()
    if engine.has_image(wanted):
        return wanted
    file = image_archive(settings, progress)
    with _loaded(engine, file, progress) as untested:
        try:
            with progress.step("test the node image"):
                smoke.test(engine, untested)
        except BaseException:
            # What was put together may be what is wrong, and it costs seconds to make anew.
            remove_tree(file.parent)
            raise
        engine.run("tag", untested, wanted)
    return wanted


def image_archive(settings: Settings, progress: Progress) -> Path:
    """Return the image as an archive, from the cache or made now."""

    def make(folder: Path) -> None:
        parts = together(
            programs=lambda: programs.build_programs(settings, progress),
            base=lambda: debian.base(
                Cache(settings.cache), progress, versions().debian, assemble.PACKAGES
            ),
        )
        module = programs.kind_module(settings, progress)
        with progress.step("put the node image together"):
            assemble.assemble(folder, _untested(), parts["base"], parts["programs"], module)

    return Cache(settings.cache).result(_KIND, image_key(), make) / "node.tar"


def _untested() -> str:
    return f"{_UNTESTED}:{image_key()}"


@contextlib.contextmanager
def _loaded(engine: Engine, file: Path, progress: Progress) -> Iterator[str]:
    """Have the archive's image in the engine under its untested name while the body runs."""
    name = _untested()
    try:
        with progress.step("load the node image into the engine"):
            engine.run("load", "-i", file, timeout=300)
        yield name
    finally:
        engine.run("rmi", "-f", name, check=False)
