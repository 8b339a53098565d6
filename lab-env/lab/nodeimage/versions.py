"""What the node image is made of, as `lab-env/node-image/versions.json` says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lab import paths

SOURCE = paths.NODE_IMAGE
# The repository of images that were built here.
REPOSITORY = "lab.local/node"
FILE = SOURCE / "versions.json"


@dataclass(frozen=True)
class Versions:
    """The contents of versions.json; paths in an image have no leading slash.

    `programs` says for each built binary in which folders and under which names it stands in
    the image. `images` are the container images that the node's containerd knows from the
    start, each with its entrypoint.
    """

    kubernetes: str
    kind: str
    go: str
    debian: str
    build: Mapping[str, Any]
    programs: Mapping[str, Mapping[str, Sequence[str]]]
    units: Sequence[str]
    images: Mapping[str, Sequence[str]]

    def places(self) -> dict[str, str]:
        """Return each program's path in the image with the binary that it is."""
        return {
            f"{folder}/{name}": binary
            for binary, folders in self.programs.items()
            for folder, names in folders.items()
            for name in names
        }


@cache
def versions() -> Versions:
    """Read versions.json, once a process."""
    return parse(FILE.read_text())


def parse(text: str) -> Versions:
    """Read the text of a versions.json; fields that are not for us are left out."""
    values = json.loads(text)
    return Versions(**{name: values[name] for name in Versions.__dataclass_fields__})
