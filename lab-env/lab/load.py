"""Putting images into the nodes: all nodes at once, and only what a node doesn't hold yet."""

from __future__ import annotations

import shlex
import tempfile
import tomllib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lab import archive
from lab.courseimages import CourseImage
from lab.engine import Engine
from lab.errors import LabError
from lab.progress import Progress
from lab.settings import Settings
from lab.together import together

LIMIT_SECONDS = 300.0
# The image's id stands on the image inside the node, put there after the import. An import
# by something else takes the label off, and one that was cut off never gets it.
LABEL = "lab.statefulset/id"
# The kubelet of a machine with a full disk deletes images that no Pod uses, and these
# can't be pulled again. The runtime's own mark keeps them.
PINNED = "io.cri-containerd.pinned=pinned"
_CTR = ("ctr", "-n", "k8s.io", "images")


def load(
    engine: Engine,
    settings: Settings,
    images: Sequence[CourseImage],
    progress: Progress,
    *,
    alike: bool = False,
) -> dict[str, list[str]]:
    """Load images into all running nodes; return what each node had to be given.

    With ``alike`` one node is asked what it holds, for all of them: they were just made of one
    node image. Raises LabError when there is no node, or one doesn't hold an image afterwards.
    """
    states = engine.containers(settings.name)
    # podman's own word for a running container may be "up 5 seconds ago".
    nodes = [node for node, state in states.items() if state.startswith(("running", "up "))]
    if not nodes:
        raise LabError(
            f"No node of the lab {settings.name} runs.",
            "Images are loaded into running nodes.",
            "Run `lab up`, then run the command again.",
        )
    with progress.step("load images into the nodes") as step:
        asked = nodes[:1] if alike else nodes
        found = together(**{node: partial(_missing, engine, node, images) for node in asked})
        missing = {node: found[node if node in found else asked[0]] for node in nodes}
        wanting = {node: tuple(lacks) for node, lacks in missing.items() if lacks}
        if wanting:
            step.say(f"{len(wanting)} of {len(nodes)} nodes")
            _give(engine, settings, wanting)
    return {node: [image.reference for image in lacks] for node, lacks in missing.items()}


def held(engine: Engine, node: str) -> dict[str, str]:
    """Return the images that were loaded into a node by reference, with the id of each."""
    listed = engine.execute(node, *_CTR, "list", f'labels."{LABEL}"').out
    found = {}
    for line in listed.splitlines()[1:]:
        reference, *_, labels = line.split()
        pairs = dict(pair.split("=", 1) for pair in labels.split(",") if "=" in pair)
        found[reference] = pairs.get(LABEL, "")
    return found


def snapshotter(config: str) -> str:
    """Return which snapshotter a node's containerd keeps Pods' images in, from its settings.

    Nodes of rootless engines may use another one than overlayfs.
    """
    plugins: dict[str, Any] = tomllib.loads(config).get("plugins", {})
    newer = plugins.get("io.containerd.cri.v1.images", {})
    older = plugins.get("io.containerd.grpc.v1.cri", {}).get("containerd", {})
    return str(newer.get("snapshotter") or older.get("snapshotter") or "overlayfs")


def _missing(engine: Engine, node: str, images: Sequence[CourseImage]) -> list[CourseImage]:
    there = held(engine, node)
    return [image for image in images if there.get(image.reference) != image.id]


def _give(engine: Engine, settings: Settings, wanting: dict[str, tuple[CourseImage, ...]]) -> None:
    settings.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="load-", dir=settings.cache) as folder:
        files = {
            images: _one_file(Path(folder, f"{number}.tar"), images)
            for number, images in enumerate(dict.fromkeys(wanting.values()))
        }
        together(
            **{
                node: partial(_import, engine, node, images, files[images])
                for node, images in wanting.items()
            }
        )


def _one_file(merged: Path, images: tuple[CourseImage, ...]) -> Path:
    """Return one archive of all images, so that a node needs one import."""
    if len(images) == 1:
        return images[0].archive
    archive.merge(merged, [image.archive for image in images])
    return merged


def _import(engine: Engine, node: str, images: Sequence[CourseImage], file: Path) -> None:
    settings = engine.execute(node, "containerd", "config", "dump").out
    steps = [shlex.join([*_CTR, "import", "--snapshotter", snapshotter(settings), "-"])]
    for image in images:
        name = named_in(file, image.reference)
        if name != image.reference:
            steps.append(shlex.join([*_CTR, "tag", "--force", name, image.reference]))
        marks = [image.reference, f"{LABEL}={image.id}", PINNED]
        steps.append(shlex.join([*_CTR, "label", *marks]))
    with file.open("rb") as content:
        engine.execute(node, "sh", "-c", " && ".join(steps), stdin=content, timeout=LIMIT_SECONDS)
    left = _missing(engine, node, images)
    if left:
        raise LabError(
            f"{node} does not hold {left[0].reference} after it was loaded.",
            "The import said that it went well. The node's disk may be full.",
            "Run `lab doctor`, then run the command again.",
        )


def named_in(file: Path, reference: str) -> str:
    """Return the name that the import gives to an image of this reference.

    podman writes localhost/ before the short names of its own images, while Kubernetes, like
    docker, takes a short name for one of docker.io.
    """
    names = [normal(name) for name in archive.references(file)]
    _, _, rest = reference.partition("docker.io/library/")
    return f"localhost/{rest}" if rest and f"localhost/{rest}" in names else reference


def normal(reference: str) -> str:
    """Return the full form of a reference, as Kubernetes reads it: registry, path and tag."""
    first, slash, _ = reference.partition("/")
    if not slash:
        reference = f"docker.io/library/{reference}"
    elif first != "localhost" and "." not in first and ":" not in first:
        reference = f"docker.io/{reference}"
    last = reference.rsplit("/", 1)[-1]
    return reference if ":" in last or "@" in last else f"{reference}:latest"


def own_image(engine: Engine, reference: str, folder: Path) -> CourseImage:
    """Save an image of the engine to an archive in a folder, for `lab load IMAGE`.

    Raises LabError when the engine has no such image.
    """
    asked = engine.run("image", "inspect", reference, "--format", "{{.Id}}", check=False)
    if asked.code != 0:
        raise LabError(
            f"{engine.provider} has no image {reference}.",
            "The lab loads images that are on this machine; it pulls none by itself.",
            f"Run `{engine.provider} pull {reference}` or build it, then run the command again.",
        )
    file = folder / "own.tar"
    engine.save(reference, file)
    return CourseImage(normal(reference), file, asked.out.strip().removeprefix("sha256:"))
