"""The images that a node's containerd knows from the start, at no cost of space.

Their content lies in the node's own file system: containerd's snapshot of each is a symbolic
link to a folder there. What containerd keeps about them is made by containerd itself, on this
machine, from stand-ins: images of the right names with one marker file in place of their
content. Kubernetes' images all share one folder, which is made of hard links to the node's own
programs. None of it lies in /var, which kind copies for every node.

So such an image is there to be run and not to be taken out again: what containerd has of its
layers is the stand-in.
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
from dataclasses import dataclass
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
class KnownImage:
    """An image whose content is the folder `content` of the node, a path on it.

    `config` is the container's part of an image configuration (Entrypoint, Env, User, …);
    `labels` are put on containerd's record of the image, as `name=value`.
    """

    reference: str
    content: str
    config: Mapping[str, Any]
    labels: Sequence[str] = ()


def of_the_node(content: str, entrypoints: Mapping[str, Sequence[str]]) -> list[KnownImage]:
    """Return images of the node's own programs, by name with the entrypoint of each."""
    return [
        KnownImage(name, content, {"Env": [PATH], **({"Entrypoint": list(entry)} if entry else {})})
        for name, entry in entrypoints.items()
    ]


def make(root: Path, program: Path, images: Sequence[KnownImage]) -> dict[str, str]:
    """Let containerd make its root folder; return the links that are to be put into it.

    `program` is the built multi-call binary. The links are from paths in the node image to
    paths on the node. Raises LabError when containerd doesn't start or refuses an image.
    """
    contents = list(dict.fromkeys(image.content for image in images))
    # A folder of its own, for a socket's path may have no more than 107 characters.
    with tempfile.TemporaryDirectory(prefix="lab-") as name:
        work = Path(name)
        archives = work / "images.tar"
        archive.merge(archives, _archives(work, images, contents))
        with _containerd(work, root, program) as ctr:
            words = ["import", "--digests=false", "--snapshotter=overlayfs"]
            shell.run([*ctr, *words, archives], timeout=60)
            for image in images:
                if image.labels:
                    shell.run([*ctr, "label", image.reference, *image.labels], timeout=20)
    return _links(root, contents)


def _archives(work: Path, images: Sequence[KnownImage], contents: Sequence[str]) -> Iterator[Path]:
    for number, image in enumerate(images):
        layer, file = work / f"layer-{number}.tar", work / f"image-{number}.tar"
        with tarfile.open(layer, "w") as tar:
            marker = f"{_MARKER}{contents.index(image.content)}"
            tar.addfile(tarfile.TarInfo(marker), io.BytesIO())
        archive.write(file, image.reference, layer, image.config)
        yield file


def _links(root: Path, contents: Sequence[str]) -> dict[str, str]:
    """Take out each snapshot that holds a marker, and say what is to be linked in its place."""
    links = {}
    snapshots = root / Path(SNAPSHOTS).relative_to("var/lib/containerd")
    for marker in sorted(snapshots.glob(f"*/fs/{_MARKER}*")):
        snapshot = marker.parents[1]
        content = contents[int(marker.name.removeprefix(_MARKER))]
        shutil.rmtree(snapshot / "fs")
        links[f"{SNAPSHOTS}/{snapshot.name}/fs"] = content
    if sorted(links.values()) != sorted(contents):
        raise LabError(
            "The node image can't be put together.",
            f"containerd unpacked {len(links)} of {len(contents)} images.",
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
            yield [work / "ctr", f"--address={address}", "-n", "k8s.io", "images"]
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
