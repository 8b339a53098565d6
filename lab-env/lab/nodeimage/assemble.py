"""The node's file system, as the archive of an image: all that was made, put in its place."""

from __future__ import annotations

import contextlib
import shutil
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import archive, load
from lab.courseimages import CourseImage
from lab.errors import LabError
from lab.nodeimage import kindfiles, known_images
from lab.nodeimage.known_images import KnownImage
from lab.nodeimage.tree import Tree
from lab.nodeimage.versions import SOURCE, versions

PACKAGES = (
    "ca-certificates",
    "catatonit",
    "conntrack",
    "iproute2",
    "iptables",
    "mount",
    "nftables",
    "pigz",
    "procps",
    "runc",
    "systemd",
)
ARCHIVE = "node.tar"
ROOTFS = SOURCE / "rootfs"
# The content of Kubernetes' images: the node's own programs and libraries, as hard links.
_SHARED = "kind/rootfs"
_COURSE = "kind/images"
_SHARED_FOLDERS = ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "usr/local/bin")
_SHARED_SETTINGS = (
    "etc/passwd",
    "etc/group",
    "etc/nsswitch.conf",
    "etc/ld.so.conf",
    "etc/ld.so.conf.d",
    "etc/ld.so.cache",
    "etc/alternatives",
    "etc/ssl",
)
# Parts of Debian that no node needs. Devices are the engine's business, and only root may
# make them.
_NOT_NEEDED = (
    "dev/*",
    "boot",
    "home",
    "media",
    "srv",
    "usr/share/perl*",
    "usr/share/pixmaps",
    "usr/share/polkit-1",
    "usr/lib/*/perl-base",
    "usr/bin/perl*",
)
_CONFIG = {
    "Env": [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "container=docker",
    ],
    "Entrypoint": ["/usr/local/bin/entrypoint", "/sbin/init"],
    # systemd ends in order on this one; SIGTERM would only make it start itself again.
    "StopSignal": "SIGRTMIN+3",
}


@dataclass(frozen=True)
class Parts:
    """What takes long to make: a tar of Debian, a folder of binaries, the course's images."""

    base: Path
    programs: Path
    course: Sequence[CourseImage]


def assemble(folder: Path, reference: str, parts: Parts, kind_module: Path) -> None:
    """Write the image's archive into `folder`. Takes a few seconds."""
    root, layer, image = folder / "containerd", folder / "layer.tar", folder / ARCHIVE
    tree = Tree()
    with contextlib.ExitStack() as opened:
        tree.add_tar(opened.enter_context(tarfile.open(parts.base)))
        tree.remove(*_NOT_NEEDED)
        _add_node(tree, parts.programs, kind_module)
        _share(tree)
        known = known_images.of_the_node(f"/{_SHARED}", versions().images)
        known += [_add_course_image(tree, each, opened) for each in parts.course]
        links = known_images.make(root, parts.programs / "node", known)
        tree.add_folder(root, "var/lib/containerd", private=True)
        for path, content in links.items():
            tree.add_symlink(path, content)
        tree.write(layer)
    archive.write(image, reference, layer, _CONFIG)
    layer.unlink()
    shutil.rmtree(root)


def _add_node(tree: Tree, programs: Path, kind_module: Path) -> None:
    kindfiles.add_kind_files(tree, kind_module)
    tree.add_folder(ROOTFS)
    kindfiles.set_up_systemd(tree, versions().units)
    tree.add_file("kind/version", versions().kubernetes)
    for folder in ("etc/kubernetes/manifests", "kind/bin", "opt/cni/bin", "var/log"):
        tree.add_directory(folder)
    _add_programs(tree, programs)


def _add_programs(tree: Tree, programs: Path) -> None:
    """Add each binary once, under all its names.

    They are hard links and not symbolic ones: the shim of a container starts itself again by
    the name that the kernel tells of it, and that is the name of the file itself.
    """
    first: dict[str, str] = {}
    for path, binary in versions().places().items():
        if binary in first:
            tree.add_hard_link(path, first[binary])
        else:
            tree.add_file(path, programs / binary, mode=0o755)
            first[binary] = path


def _share(tree: Tree) -> None:
    for folder in _SHARED_FOLDERS:
        tree.mirror(folder, _SHARED)
    for name in ("bin", "sbin", "lib", "lib64"):
        tree.add_symlink(f"{_SHARED}/{name}", f"usr/{name}")
    for path in _SHARED_SETTINGS:
        tree.mirror(path, _SHARED)
    for name in ("dev", "proc", "root", "run", "sys"):
        tree.add_directory(f"{_SHARED}/{name}")
    for name in ("tmp", "var/tmp"):
        tree.add_directory(f"{_SHARED}/{name}", 0o1777)


def _add_course_image(tree: Tree, image: CourseImage, opened: contextlib.ExitStack) -> KnownImage:
    """Add an image's files; what `lab load` looks for says that it needn't be loaded."""
    saved = opened.enter_context(archive.opened(image.archive))
    if len(saved.layers) != 1:
        raise LabError(
            f"{image.reference} can't be put into the node image.",
            f"It has {len(saved.layers)} layers, and only one can be put there.",
            "Report this as a bug of the lab.",
        )
    (digest, layer), *_ = saved.layers.items()
    content = f"{_COURSE}/{digest[:12]}"
    if content not in tree:
        tree.add_directory(content)
        tree.add_tar(layer, content)
    labels = (f"{load.LABEL}={image.id}", load.PINNED)
    return KnownImage(image.reference, f"/{content}", saved.config, labels)
