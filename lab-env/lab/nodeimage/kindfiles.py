"""What makes a Debian file system a node for kind: kind's own files, read from its module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lab.nodeimage.tree import Tree

# Files of kind's base image, by where they are in its module and in the image.
_FILES = {
    "usr/local/bin/entrypoint": 0o755,
    "kind/bin/create-kubelet-cgroup-v2.sh": 0o755,
    "kind/bin/undo-mount-hacks.sh": 0o755,
    "etc/sysctl.d/10-network-magic.conf": 0o644,
    "etc/sysctl.d/10-network-security.conf": 0o644,
    "etc/systemd/system/containerd.service": 0o644,
    "etc/systemd/system/kubelet.service": 0o644,
    "etc/systemd/system/kubelet.slice": 0o644,
    "etc/systemd/system/kubelet.service.d/10-kubeadm.conf": 0o644,
    "etc/systemd/system/kubelet.service.d/11-kind.conf": 0o644,
    "etc/systemd/system/undo-mount-hacks.service": 0o644,
}
# Units that would touch the machine's own devices, or that nothing in a container needs.
# kind's Dockerfile takes out the same ones.
_UNWANTED_UNITS = (
    "usr/lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service",
    "usr/lib/systemd/system/multi-user.target.wants/*",
    "usr/lib/systemd/system/sockets.target.wants/*initctl*",
    "etc/systemd/system/*.wants/*",
)
_UNIT_FOLDER = "etc/systemd/system"


def add_kind_files(tree: Tree, module: Path) -> None:
    """Add kind's entrypoint, units and kernel settings from the folder of its module."""
    files = module / "images" / "base" / "files"
    for path, mode in _FILES.items():
        tree.add_file(path, files / path, mode)


def set_up_systemd(tree: Tree, units: Sequence[str]) -> None:
    """Make systemd the init of a container that starts `units` and nothing of the machine's."""
    tree.remove(*_UNWANTED_UNITS)
    tree.add_symlink("usr/sbin/init", "/usr/lib/systemd/systemd")
    for unit in units:
        wanted = f"{_UNIT_FOLDER}/multi-user.target.wants/{unit}.service"
        tree.add_symlink(wanted, f"/{_UNIT_FOLDER}/{unit}.service")
    # It registers interpreters with the kernel, and so for the whole machine.
    tree.add_symlink(f"{_UNIT_FOLDER}/systemd-binfmt.service", "/dev/null")
    # The kernel's messages are the machine's, not the node's.
    tree.append("etc/systemd/journald.conf", "ReadKMsg=no\n")
