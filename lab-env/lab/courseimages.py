"""The course's own images: one for each folder and version, built without an engine or registry.

A folder in `lab-env/images` is an image. Its Containerfile says how a container of it is run,
its context.json what goes into it (see `lab-env/images/README.md`).
"""

import json
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lab import archive, containerfile, debian, debianscript, golang, paths, remote, rootfs
from lab.cache import Cache, key
from lab.engine import find
from lab.errors import LabError
from lab.progress import Progress, Quiet
from lab.settings import Settings
from lab.together import together

REGISTRY = "lab.local"
# Debian 13: its dig, unlike that of 12, does without ICU (37 MB).
SUITE = "trixie"
ARCHIVE = "image.tar"
_KNOWN = {"versions", "chapters", "nodes", "go", "debian", "busybox", "folders"}
_KNOWN_DEBIAN = {"suite", "packages", "programs", "without", "script"}


@dataclass(frozen=True)
class CourseImage:
    """An image in an archive; ``id`` tells whether a node's image is this very one."""

    reference: str
    archive: Path
    id: str

    @property
    def served_as(self) -> str:
        """Its name in a registry of `lab serve`, whose tag says what the image is made of."""
        return served_as(self.reference, self.archive.parent.name)


@dataclass(frozen=True)
class Recipe:
    """One image's folder with what its context.json says."""

    folder: Path
    context: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The image's name, which is its folder's."""
        return self.folder.name

    @property
    def chapters(self) -> tuple[int, ...]:
        """The chapters that alone need the image; none stands for the whole course."""
        return tuple(self.context.get("chapters", ()))

    @property
    def in_nodes(self) -> bool:
        """Whether Pods run it; the lab's own tools are images, too."""
        return bool(self.context.get("nodes", True))

    def reference(self, version: str) -> str:
        """The name that a Pod's manifest gives the image."""
        return f"{REGISTRY}/{self.name}:{version}"


def recipes(folder: Path = paths.IMAGES) -> list[Recipe]:
    """Return all images' recipes. Raises LabError for a context.json that is no recipe."""
    return [_recipe(file.parent) for file in sorted(folder.glob("*/Containerfile"))]


def course_images(settings: Settings, progress: Progress) -> list[CourseImage]:
    """Return the images of the whole course, each built if the cache doesn't hold it.

    Those that belong to a chapter are left out: `chapter_images` has them. Raises LabError
    with what is missing when one can't be built.
    """
    wanted = [recipe for recipe in recipes() if recipe.in_nodes and not recipe.chapters]
    return _built(wanted, settings, progress)


def chapter_images(number: int, settings: Settings, progress: Progress) -> list[CourseImage]:
    """Return the images that this chapter needs beside the course's, built if need be.

    One that was built takes a moment, else about a minute and the network. Raises LabError
    when one can't be built.
    """
    wanted = [recipe for recipe in recipes() if number in recipe.chapters]
    return _built(wanted, settings, progress)


def every_image(settings: Settings, progress: Progress) -> list[CourseImage]:
    """Return the images of the course and of all its chapters, as the others do."""
    return _built([recipe for recipe in recipes() if recipe.in_nodes], settings, progress)


def named(reference: str, settings: Settings, progress: Progress) -> CourseImage | None:
    """Return the course's image of this name, built if need be; None if the course has none."""
    for recipe in recipes():
        for version in recipe.context["versions"]:
            if recipe.reference(version) == reference:
                return _image(recipe, version, settings, progress)
    return None


def _built(wanted: Sequence[Recipe], settings: Settings, progress: Progress) -> list[CourseImage]:
    builds = {recipe.name: partial(_all_versions, recipe, settings, progress) for recipe in wanted}
    built = together(**builds)
    return [image for name in sorted(built) for image in built[name]]


def prepare(
    recipe: Recipe, version: str, folder: Path, settings: Settings, progress: Progress
) -> None:
    """Make a folder that an engine can build the image from: `root.tar` and the Containerfile."""
    shutil.copy(recipe.folder / "Containerfile", folder)
    with progress.step(f"image {recipe.name}:{version}") as step:
        step.say("its file system")
        _write_layer(folder / containerfile.LAYER, recipe, version, settings, progress)


def _recipe(folder: Path) -> Recipe:
    file = folder / "context.json"
    try:
        context = json.loads(file.read_text())
        unknown = set(context) - _KNOWN | set(context.get("debian", {})) - _KNOWN_DEBIAN
        why = f"Unknown: {', '.join(sorted(unknown))}." if unknown else ""
        if not context["versions"]:
            why = "It names no version."
        if not all(isinstance(number, int) for number in context.get("chapters", ())):
            why = "A chapter is a number."
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}."
    if why:
        raise LabError(f"{file} is no recipe for an image.", why, "See lab-env/images/README.md.")
    return Recipe(folder, context)


def _all_versions(recipe: Recipe, settings: Settings, progress: Progress) -> list[CourseImage]:
    return [_image(recipe, version, settings, progress) for version in recipe.context["versions"]]


def _image(recipe: Recipe, version: str, settings: Settings, progress: Progress) -> CourseImage:
    def make(folder: Path) -> None:
        if settings.registry and recipe.in_nodes:
            _fetch(settings, recipe.reference(version), inputs, folder / ARCHIVE, progress)
            return
        prepare(recipe, version, folder, settings, progress)
        layer = folder / containerfile.LAYER
        config = containerfile.config(recipe.folder / "Containerfile")
        archive.write(folder / ARCHIVE, recipe.reference(version), layer, config)
        layer.unlink()

    at_least, build = go_build()
    how = json.dumps([at_least, build["flags"], build["environment"], archive.architecture()])
    inputs = key(version, recipe.folder, how, *_code())
    place = Cache(settings.cache).result(f"image-{recipe.name}", inputs, make)
    return CourseImage(recipe.reference(version), place / ARCHIVE, image_id(place / ARCHIVE))


def served_as(reference: str, inputs: str) -> str:
    """Return the name of an image in a registry of `lab serve`: `web:v1-0123456789abcdef`."""
    return f"{reference.rpartition('/')[2]}-{inputs}"


def _fetch(settings: Settings, reference: str, inputs: str, file: Path, progress: Progress) -> None:
    """Take an image from the registry that LAB_REGISTRY names, instead of building it."""
    engine = find(settings)
    name = served_as(reference, inputs)
    with (
        progress.step(f"fetch {reference}"),
        remote.pulled(engine, str(settings.registry), name) as pulled,
    ):
        engine.run("tag", pulled, reference)
        try:
            engine.save(reference, file)
        finally:
            engine.run("rmi", reference, check=False)


def image_id(file: Path) -> str:
    """Return the id of the first image in an archive: the hash of its configuration."""
    with tarfile.open(file) as tar:
        content = tar.extractfile(archive.MANIFEST)
        manifest = json.load(content) if content else []
    # Engines differ in where they put it: ID.json, or blobs/sha256/ID.
    return Path(manifest[0]["Config"]).name.removesuffix(".json")


def _code() -> list[Path]:
    """The files of this package that decide what an image looks like."""
    names = ("archive", "closure", "containerfile", "debian", "debianscript", "elf", "rootfs")
    return [Path(__file__), *(Path(__file__).with_name(f"{name}.py") for name in names)]


def _write_layer(
    out: Path, recipe: Recipe, version: str, settings: Settings, progress: Progress
) -> None:
    context = recipe.context
    files = _go_program(recipe, version, out.parent, settings, progress) if "go" in context else {}
    content = rootfs.Content(
        base=_base(context, recipe.folder, settings, progress),
        programs=_programs(context),
        without=tuple(context.get("debian", {}).get("without", ())),
        folders=context.get("folders", {}),
        files=files,
        busybox=tuple(context.get("busybox", ())),
        overlay=recipe.folder / "root",
    )
    rootfs.write(out, content)
    for file in files.values():
        file.unlink()


def go_build() -> tuple[str, Mapping[str, Any]]:
    """Return the version of Go and the settings of its builds: those of the node image.

    A machine without Go then fetches one, not two, and Go's own packages are compiled once.
    """
    versions = json.loads((paths.NODE_IMAGE / "versions.json").read_text())
    return str(versions["go"]), versions["build"]


def _go_program(
    recipe: Recipe, version: str, folder: Path, settings: Settings, progress: Progress
) -> dict[str, Path]:
    told = recipe.context["go"]
    at_least, build = go_build()
    golang.find(settings, at_least, progress).build(
        recipe.folder,
        folder,
        ["."],
        flags=build["flags"],
        ldflags=["-s", "-w", f"-X {told['version']}={version}"],
        env=build["environment"],
    )
    program = str(told["program"])
    return {program: folder / Path(program).name}


def _programs(context: Mapping[str, Any]) -> tuple[str, ...]:
    """The programs to take from Debian; none stands for all that its packages hold."""
    named = tuple(context.get("debian", {}).get("programs", ()))
    whole = "debian" in context and not named
    return named if whole or "busybox" not in context else (*named, rootfs.BUSYBOX)


def _base(
    context: Mapping[str, Any], folder: Path, settings: Settings, progress: Progress
) -> Path | None:
    told = context.get("debian", {})
    packages = [*told.get("packages", ()), *(["busybox-static"] if "busybox" in context else [])]
    if not packages:
        return None
    suite = told.get("suite", SUITE)
    # Single programs run without what their packages' scripts would set up.
    variant = "extract" if _programs(context) else "essential"
    cache = Cache(settings.cache)
    base = debian.base(cache, progress, suite, packages, variant=variant)
    if "script" not in told:
        return base
    script = folder / told["script"]
    return debianscript.applied(cache, progress, base, script)


if __name__ == "__main__":
    import sys

    name, wanted, target = sys.argv[1:]
    chosen = next(recipe for recipe in recipes() if recipe.name == name)
    Path(target).mkdir(parents=True, exist_ok=True)
    prepare(chosen, wanted, Path(target), Settings.from_environment(), Quiet())
