"""Which image the nodes run from: one that was given, kind's own, or one built from packages."""

from __future__ import annotations

import queue
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Literal

from lab import shell
from lab.engine import Engine
from lab.errors import LabError
from lab.nodeimage import build, programs
from lab.progress import Progress
from lab.settings import Settings

Source = Literal["pulled", "built", "given"]
REGISTRY = "https://registry-1.docker.io/v2/"
_ASK_SECONDS = 3.0
_PULL_MINUTES = 15


@dataclass(frozen=True)
class NodeImage:
    """A node image that the engine holds, and where it comes from."""

    reference: str
    source: Source


def node_image(settings: Settings, engine: Engine, progress: Progress) -> NodeImage:
    """Return the image for this lab's nodes; after it the engine holds it.

    LAB_NODE_IMAGE comes first, then LAB_IMAGES: `pull`, `build`, or `auto`, which takes what
    the engine holds already, else pulls if the registry answers within three seconds, else
    builds. Raises LabError when the image can't be had.
    """
    if settings.node_image is not None:
        return NodeImage(_given(engine, settings.node_image, progress), "given")
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
        answers = registry_answers()
        step.say("it answers" if answers else "no answer, so the image is built")
    if answers:
        try:
            return NodeImage(_pulled(settings, engine, progress), "pulled")
        except LabError as error:
            progress.tell(f"The node image is built instead of pulled. {error.what} {error.why}")
    return NodeImage(build.build(settings, engine, progress), "built")


def registry_answers(url: str = REGISTRY, seconds: float = _ASK_SECONDS) -> bool:
    """Tell whether a registry answers within a time limit; one that asks who we are does."""
    answers: queue.Queue[bool] = queue.Queue()

    def ask() -> None:
        try:
            urllib.request.urlopen(url, timeout=seconds).close()
        except urllib.error.HTTPError as error:
            # 401 is how a registry greets; a proxy in between that says no is no registry.
            answers.put(error.code == 401)
        except OSError:
            answers.put(False)
        else:
            answers.put(True)

    # In a thread, since looking up a name has no time limit of its own.
    threading.Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return False


def _given(engine: Engine, reference: str, progress: Progress) -> str:
    if not engine.has_image(reference):
        try:
            _pull(engine, reference, progress)
        except LabError as error:
            raise LabError(
                f"The node image {reference} is not to be had.",
                f"{engine.provider} doesn't hold it, and pulling it failed: {error.why}",
                "Set LAB_NODE_IMAGE to an image that exists, or leave it out.",
            ) from error
    return reference


def _pulled(settings: Settings, engine: Engine, progress: Progress) -> str:
    reference = programs.default_image(settings, progress)
    if not engine.has_image(reference):
        _pull(engine, reference, progress)
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
