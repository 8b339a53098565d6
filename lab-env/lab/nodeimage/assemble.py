"""The node's file system, as the archive of an image: all that was made, put in its place."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path

from lab import archive
from lab.nodeimage import control_plane, kindfiles
from lab.nodeimage.tree import Tree
from lab.nodeimage.versions import SOURCE, versions

PACKAGES = (
    "ca-certificates",
    "catatonit",
    "iproute2",
    "iptables",
    "mount",
    "nftables",
    "pigz",
    "procps",
    "runc",
    "systemd",
)
ROOTFS = SOURCE / "rootfs"
# The content of Kubernetes' images: the node's own programs and libraries, as hard links.
_SHARED = "kind/rootfs"
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


def assemble(folder: Path, reference: str, base: Path, programs: Path, kind_module: Path) -> Path:
    """Write the image's archive into `folder`; returns its path. Takes a few seconds."""
    root, layer, image = folder / "containerd", folder / "layer.tar", folder / "node.tar"
    tree = Tree()
    with tarfile.open(base) as debian:
        tree.add_tar(debian)
        tree.remove(*_NOT_NEEDED)
        _add_node(tree, programs, kind_module)
        _share(tree)
        stand_ins = [control_plane.node_images(f"/{_SHARED}", versions().images)]
        _add_images(tree, root, programs, stand_ins)
        tree.write(layer)
    archive.write(image, reference, layer, _CONFIG)
    layer.unlink()
    shutil.rmtree(root)
    return image


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


def _add_images(
    tree: Tree, root: Path, programs: Path, stand_ins: Sequence[control_plane.StandIn]
) -> None:
    links = control_plane.make(root, programs / "node", stand_ins)
    tree.add_folder(root, "var/lib/containerd", private=True)
    for path, content in links.items():
        tree.add_symlink(path, content)
