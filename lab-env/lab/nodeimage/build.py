"""The node image from packages: each step cached by what it depends on, tagged only when good."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lab import archive, checks, debian, lock
from lab.cache import Cache, key, remove_tree
from lab.courseimages import CourseImage, course_images
from lab.engine import Engine
from lab.errors import LabError
from lab.nodeimage import assemble, programs, smoke
from lab.nodeimage.versions import REPOSITORY, versions
from lab.progress import Progress
from lab.settings import Settings
from lab.together import together

# An image that was loaded and not yet tested has this name, which nothing else asks for.
_UNTESTED = "lab.local/untested-node"
_KIND = "node-image"
_JOINING = ("assemble", "known_images", "kindfiles", "tree")


def base_key() -> str:
    """The cache key of the Debian part."""
    return debian.base_key(versions().debian, assemble.PACKAGES)


def image_key(course: Sequence[CourseImage]) -> str:
    """The cache key of the whole image: of all its parts, and of how they are joined."""
    facts = versions()
    names = json.dumps([facts.kubernetes, facts.kind, facts.programs, facts.units, facts.images])
    here = Path(__file__).parent
    return key(
        base_key(),
        programs.programs_key(),
        names,
        *(f"{image.reference} {image.id}" for image in course),
        assemble.ROOTFS,
        Path(archive.__file__),
        *(here / f"{name}.py" for name in _JOINING),
    )


def reference(course: Sequence[CourseImage]) -> str:
    """The name of the image that would be built from these sources."""
    return f"{REPOSITORY}:{versions().kubernetes}-{image_key(course)}"


def held(settings: Settings, engine: Engine, progress: Progress) -> str | None:
    """Return the built image's reference if the engine holds it, at the cost of a moment.

    It was built here only if its programs are in the cache, so nothing long is begun.
    """
    if not Cache(settings.cache).has(programs.KIND, programs.programs_key()):
        return None
    wanted = reference(course_images(settings, progress))
    return wanted if engine.has_image(wanted) else None


def build(settings: Settings, engine: Engine, progress: Progress) -> str:
    """Return the reference of the built image, which the engine then holds.

    Cold this takes minutes and the network; with its parts in the cache about ten seconds;
    with the image in the engine none. Raises LabError when a step fails, the smoke test too:
    then the engine holds no image of that name.
    """
    there = held(settings, engine, progress)
    if there is not None:
        return there
    error = checks.as_error(checks.before_build(settings, engine))
    if error is not None:
        raise error
    made = parts(settings, progress)
    name = image_key(made.course)
    place = archived(settings, made, progress)
    course = [image.reference for image in made.course]
    # Two labs may want the same image at once, and the untested name is one for both.
    lock_file = settings.cache / "locks" / f"node-image-{name}.lock"
    with lock.held(lock_file, "up", progress):
        if not engine.has_image(reference(made.course)):
            _load(engine, place, (_untested(name), reference(made.course)), course, progress)
            _forget_superseded(settings, engine, reference(made.course))
    return reference(made.course)


def archived(settings: Settings, made: assemble.Parts, progress: Progress) -> Path:
    """Return the folder with the image's archive, which is put together if need be."""
    name = image_key(made.course)

    def make(folder: Path) -> None:
        with progress.step("put the node image together"):
            module = programs.kind_module(settings, progress)
            assemble.assemble(folder, _untested(name), made, module)

    return Cache(settings.cache).result(_KIND, name, make)


def _untested(name: str) -> str:
    return f"{_UNTESTED}:{name}"


def parts(settings: Settings, progress: Progress) -> assemble.Parts:
    """Make the parts side by side: on a bare machine each takes long."""
    cache = Cache(settings.cache)
    paths: dict[str, Callable[[], Path]] = {
        "programs": lambda: programs.build_programs(settings, progress),
        "base": lambda: debian.base(cache, progress, versions().debian, assemble.PACKAGES),
    }
    made: dict[str, Any] = together(**paths, course=lambda: course_images(settings, progress))
    return assemble.Parts(made["base"], made["programs"], made["course"])


def _load(
    engine: Engine, place: Path, names: tuple[str, str], course: Sequence[str], progress: Progress
) -> None:
    """Load the archive, test the image, and give it its name in place of the untested one."""
    untested, tested = names
    try:
        with progress.step("load the node image into the engine"):
            engine.run("load", "-i", place / assemble.ARCHIVE, timeout=300)
        with progress.step("test the node image"):
            smoke.check(engine, untested, course)
        engine.run("tag", untested, tested)
    except LabError:
        # What was put together may be what is wrong, and it costs seconds to make anew.
        remove_tree(place)
        raise
    finally:
        engine.run("rmi", untested, check=False)


def _forget_superseded(settings: Settings, engine: Engine, current: str) -> None:
    """Delete the images that were built from older sources: each takes 400 MB, twice."""
    shown = engine.run("images", "--format", "{{.Repository}}:{{.Tag}}", REPOSITORY).out.split()
    older = [name for name in shown if name.startswith(f"{REPOSITORY}:") and name != current]
    for name in older:
        # Without force: one that another lab's nodes run from stays.
        engine.run("rmi", name, check=False)
    for place in (settings.cache / _KIND).iterdir():
        # A name with a dot is one that another process is just making.
        if not (place.name.startswith(".") or current.endswith(place.name)):
            remove_tree(place)
