"""Which image the nodes run from: one that was given, kind's own, or one built from packages."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lab import registry, remote, shell
from lab.courseimages import course_images
from lab.engine import Engine
from lab.errors import LabError
from lab.nodeimage import build, programs
from lab.progress import Progress
from lab.settings import Settings

Source = Literal["pulled", "built", "given"]
# Where kind's own node image is pulled from; which one it is isn't asked here.
KINDS_IMAGES = "docker.io/kindest/node"
VERSION_FILE = "/kind/version"
# The first release whose kubelet knows failCgroupV1, which cluster.yaml sets.
OLDEST = (1, 31)
_ASK_SECONDS = 3.0
_PULL_ANSWER_SECONDS = 10.0
_PULL_MINUTES = 15


@dataclass(frozen=True)
class NodeImage:
    """A node image that the engine holds, and where it comes from."""

    reference: str
    source: Source


def node_image(settings: Settings, engine: Engine, progress: Progress) -> NodeImage:
    """Return the image for this lab's nodes; after it the engine holds it.

    LAB_NODE_IMAGE comes first, then LAB_REGISTRY, then LAB_IMAGES: `pull`, `build`, or `auto`,
    which takes what the engine holds already, else pulls if the registry answers within three
    seconds, else builds. Raises LabError when the image can't be had.
    """
    if settings.node_image is not None:
        return NodeImage(_given(settings, settings.node_image, engine, progress), "given")
    if settings.registry is not None:
        return NodeImage(_fetched(settings, settings.registry, engine, progress), "pulled")
    if settings.images == "build":
        return NodeImage(build.build(settings, engine, progress), "built")
    if settings.images == "pull":
        return NodeImage(_pulled(settings, engine, progress), "pulled")
    return _automatic(settings, engine, progress)


def _automatic(settings: Settings, engine: Engine, progress: Progress) -> NodeImage:
    there = build.held(settings, engine, progress)
    if there is not None:
        return NodeImage(there, "built")
    known = programs.known_default_image(settings)
    if known is not None and engine.has_image(known):
        return NodeImage(known, "pulled")
    with progress.step("ask the registry for kind's node image") as step:
        answers = registry.answers(KINDS_IMAGES, _ASK_SECONDS)
        step.say("it answers" if answers else "no answer, so the image is built")
    if answers:
        try:
            return NodeImage(_pulled(settings, engine, progress), "pulled")
        except LabError as error:
            progress.tell(f"The node image is built instead of pulled. {error.what} {error.why}")
    return NodeImage(build.build(settings, engine, progress), "built")


def _given(settings: Settings, reference: str, engine: Engine, progress: Progress) -> str:
    if not engine.has_image(reference):
        try:
            if registry.registry(reference) == settings.registry:
                with progress.step("fetch the node image"):
                    remote.pull(engine, settings.registry, reference.partition("/")[2])
            else:
                _pull(engine, reference, progress)
        except LabError as error:
            raise LabError(
                f"The node image {reference} is not to be had.",
                f"{engine.provider} doesn't hold it, and pulling it failed: {error.why}",
                "Set LAB_NODE_IMAGE to an image that exists, or leave it out.",
            ) from error
    _check(engine, reference)
    return reference


def _check(engine: Engine, reference: str) -> None:
    """Raise LabError for what is no node image, or one of a Kubernetes that is too old."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "version")
        try:
            remote.take_out(engine, reference, VERSION_FILE, file)
        except shell.CommandFailed as error:
            raise LabError(
                f"{reference} is no node image.",
                f"It has no file {VERSION_FILE}, as the images that kind makes nodes of have.",
                "Set LAB_NODE_IMAGE to one of kind's, or leave it out.",
            ) from error
        version = file.read_text().strip()
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        raise LabError(
            f"{reference} holds Kubernetes {version}.",
            f"The lab needs {OLDEST[0]}.{OLDEST[1]} or newer: kubelets before it refuse the "
            "setting failCgroupV1.",
            "Set LAB_NODE_IMAGE to a newer one, or leave it out.",
        )


def _pulled(settings: Settings, engine: Engine, progress: Progress) -> str:
    reference = programs.default_image(settings, progress)
    if not engine.has_image(reference):
        # An engine gives up on a registry that never answers only after minutes.
        if not registry.answers(reference, _PULL_ANSWER_SECONDS):
            raise LabError(
                f"The node image {reference} can't be pulled.",
                f"Its registry gave no answer within {_PULL_ANSWER_SECONDS:.0f} s.",
                "Set LAB_IMAGES=build to have it built from packages, or mend the network.",
            )
        _pull(engine, reference, progress)
    return reference


def _fetched(settings: Settings, host: str, engine: Engine, progress: Progress) -> str:
    """Return the node image of this course's sources, from the registry of a room."""
    reference = build.reference(course_images(settings, progress))
    if not engine.has_image(reference):
        served = f"node:{reference.rpartition(':')[2]}"
        with progress.step("fetch the node image"), remote.pulled(engine, host, served) as pulled:
            engine.run("tag", pulled, reference)
    return reference


def _pull(engine: Engine, reference: str, progress: Progress) -> None:
    with progress.step("pull the node image") as step:
        step.say(reference)
        try:
            engine.run("pull", reference, timeout=_PULL_MINUTES * 60)
        except shell.CommandFailed as error:
            raise LabError(
                f"The node image {reference} can't be pulled.",
                error.why,
                "Set LAB_IMAGES=build to have it built from packages, or mend the network.",
            ) from error
