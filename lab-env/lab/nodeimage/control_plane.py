"""The images that a node's containerd knows from the start, at no cost of space.

Their content lies in the node's own file system: containerd's snapshot of each is a symbolic
link to a folder there. What containerd keeps about them is made by containerd itself, on this
machine, from stand-ins: images of the right names with one marker file in place of their
content. Kubernetes' images all share one folder, which is made of hard links to the node's own
programs. None of it lies in /var, which kind copies for every node.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab import archive, shell
from lab.errors import LabError

# Where the snapshots' links are put, as paths in the image.
SNAPSHOTS = "var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots"
_MARKER = ".stand-in-"
_START_SECONDS = 20
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CONFIGURATION = """\
version = 3
root = "{root}"
state = "{state}"
# Whatever the import of an image doesn't need: it may want rights or kernel parts that
# this machine doesn't give.
disabled_plugins = [
  "io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images", "io.containerd.grpc.v1.cri",
  "io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt",
  "io.containerd.snapshotter.v1.native", "io.containerd.snapshotter.v1.erofs",
  "io.containerd.snapshotter.v1.blockfile", "io.containerd.differ.v1.erofs",
]
[grpc]
  address = "{address}"
"""


@dataclass(frozen=True)
class StandIn:
    """Images whose content is the node's folder `content`: names with their configurations.

    A configuration is the container's part of an image's (Entrypoint, Env, User, …).
    """

    content: str
    images: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def node_images(content: str, entrypoints: Mapping[str, Sequence[str]]) -> StandIn:
    """Return the stand-in for images of the node's own programs, each with its entrypoint."""
    return StandIn(
        content,
        {
            name: {"Env": [PATH], **({"Entrypoint": list(entry)} if entry else {})}
            for name, entry in entrypoints.items()
        },
    )


def make(root: Path, program: Path, stand_ins: Sequence[StandIn]) -> dict[str, str]:
    """Let containerd make its root folder; return the links that are to be put into it.

    `program` is the built multi-call binary. The links are from paths in the node image to
    paths on the node. Raises LabError when containerd doesn't start or refuses an image.
    """
    # A folder of its own, for a socket's path may have no more than 107 characters.
    with tempfile.TemporaryDirectory(prefix="lab-") as name:
        work = Path(name)
        images = work / "images.tar"
        archive.merge(images, _archives(work, stand_ins))
        with _containerd(work, root, program) as ctr:
            words = ["images", "import", "--digests=false", "--snapshotter=overlayfs"]
            shell.run([*ctr, *words, images], timeout=60)
    return _links(root, stand_ins)


def _archives(work: Path, stand_ins: Sequence[StandIn]) -> Iterator[Path]:
    for number, stand_in in enumerate(stand_ins):
        layer = work / f"layer-{number}.tar"
        with tarfile.open(layer, "w") as tar:
            tar.addfile(tarfile.TarInfo(f"{_MARKER}{number}"), io.BytesIO())
        for name, config in stand_in.images.items():
            path = work / f"image-{_file_name(name)}.tar"
            archive.write(path, name, layer, config)
            yield path


def _file_name(reference: str) -> str:
    return reference.replace("/", "_").replace(":", "_")


def _links(root: Path, stand_ins: Sequence[StandIn]) -> dict[str, str]:
    """Empty each snapshot that holds a marker, and say what is to be linked in its place."""
    links = {}
    snapshots = root / Path(SNAPSHOTS).relative_to("var/lib/containerd")
    for marker in sorted(snapshots.glob(f"*/fs/{_MARKER}*")):
        snapshot = marker.parents[1]
        stand_in = stand_ins[int(marker.name.removeprefix(_MARKER))]
        shutil.rmtree(snapshot / "fs")
        links[f"{SNAPSHOTS}/{snapshot.name}/fs"] = stand_in.content
    if len(links) != len(stand_ins):
        raise LabError(
            "The node image can't be put together.",
            f"containerd unpacked {len(links)} of {len(stand_ins)} images.",
            "Report this as a bug of the lab, with the output of `lab up`.",
        )
    return links


@contextlib.contextmanager
def _containerd(work: Path, root: Path, program: Path) -> Iterator[list[str | Path]]:
    """Run containerd while the body runs; yields the start of ctr's command line for it."""
    for name in ("containerd", "ctr"):
        (work / name).symlink_to(program)
    address = work / "socket"
    configuration = work / "config.toml"
    configuration.write_text(
        _CONFIGURATION.format(root=root, state=work / "state", address=address)
    )
    said = work / "said"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [*_dying_with_us(), work / "containerd", "--config", configuration],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(address, process, said)
            yield [work / "ctr", f"--address={address}", "-n", "k8s.io"]
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _dying_with_us() -> list[str]:
    setpriv = shutil.which("setpriv")
    dying = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
    # To unpack is to mount, and only root may; without root, root of a namespace will do.
    own = [] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    return [*dying, *own]


def _wait_for(address: Path, process: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.connect(str(address))
            return
        time.sleep(0.02)
    last = said.read_text(errors="replace").splitlines()[-5:]
    raise LabError(
        "The containerd that was built doesn't start on this machine.",
        "\n       ".join(last) or f"It said nothing within {_START_SECONDS} s.",
        "Run `lab up` again; if it fails again, report it with this output.",
    )
