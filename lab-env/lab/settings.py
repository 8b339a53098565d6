"""What the environment asks of the lab: its name, its folders, its provider, its images."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from lab.errors import LabError

Images = Literal["auto", "pull", "build"]

PROVIDERS = ("podman", "docker", "nerdctl")
DEFAULT_NAME = "statefulset-lab"

# A node's host name is NAME-control-plane, and a host name has at most 63 characters.
LONGEST_NAME = 63 - len("-control-plane")
DNS_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
# Spaces, line ends and a leading dash would be read as something else on a command line.
GATE = re.compile(r"[A-Za-z0-9]+=(true|false)")
HOST = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?:[0-9]{1,5}")
REFERENCE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._:/@-]*")


@dataclass(frozen=True)
class Settings:
    """One lab's settings; several labs on one machine differ in ``name``."""

    name: str
    provider: str | None
    node_image: str | None
    registry: str | None
    feature_gates: Mapping[str, bool]
    images: Images
    state: Path
    cache: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read ``LAB_*`` and the XDG folders; ``environment`` defaults to ``os.environ``.

        Raises LabError for a value that the lab can't work with, before anything is touched.
        """
        values = os.environ if environment is None else environment
        return cls(
            name=_name(values.get("LAB_NAME") or DEFAULT_NAME),
            provider=_one_of("LAB_PROVIDER", values.get("LAB_PROVIDER") or None, PROVIDERS),
            node_image=_reference(values.get("LAB_NODE_IMAGE") or None),
            registry=_registry(values.get("LAB_REGISTRY") or None),
            feature_gates=_gates(values.get("LAB_FEATURE_GATES") or ""),
            images=cast(
                Images,
                _one_of("LAB_IMAGES", values.get("LAB_IMAGES") or "auto", get_args(Images)),
            ),
            state=_state(values),
            cache=_folder(values, "XDG_CACHE_HOME", ".cache") / DEFAULT_NAME,
        )

    @property
    def folder(self) -> Path:
        """This lab's own part of the state folder."""
        return self.state / self.name

    @property
    def kubeconfig(self) -> Path:
        """The lab's own kubeconfig, mode 0600."""
        return self.folder / "kubeconfig"

    @property
    def bin(self) -> Path:
        """The folder of the lab's own kubectl and kind; notebooks put it first on their PATH."""
        return self.folder / "bin"

    @property
    def progress(self) -> Path:
        """The file in which the course keeps what the learner has done."""
        return self.folder / "progress.json"

    @property
    def record(self) -> Path:
        """The file that holds the lab's identity and what its last ``up`` did."""
        return self.folder / "lab.json"

    @property
    def lock(self) -> Path:
        """The file whose lock a command holds while it changes this lab."""
        return self.cache / "locks" / f"{self.name}.lock"

    @property
    def network(self) -> str:
        """The engine's network that this lab's nodes share."""
        return self.name


def _name(name: str) -> str:
    if len(name) > LONGEST_NAME or not DNS_LABEL.fullmatch(name):
        raise LabError(
            f"LAB_NAME={name!r} can't be the name of a lab.",
            "Nodes and containers get this name, so it must be a DNS label: lower-case letters, "
            f"digits and dashes, a letter first, at most {LONGEST_NAME} characters.",
            f"Set LAB_NAME to something like {DEFAULT_NAME}, or leave it out.",
        )
    return name


def _one_of(variable: str, value: str | None, allowed: tuple[str, ...]) -> str | None:
    if value is not None and value not in allowed:
        raise LabError(
            f"{variable}={value!r} is unknown.",
            f"{variable} can be {', '.join(allowed[:-1])} or {allowed[-1]}.",
            f"Set {variable} to one of these, or leave it out.",
        )
    return value


def _reference(reference: str | None) -> str | None:
    if reference is not None and not REFERENCE.fullmatch(reference):
        raise LabError(
            f"LAB_NODE_IMAGE={reference!r} is no image reference.",
            "A reference looks like docker.io/kindest/node:v1.37.0.",
            "Set LAB_NODE_IMAGE to the reference of a node image, or leave it out.",
        )
    return reference


def _registry(host: str | None) -> str | None:
    if host is not None and not HOST.fullmatch(host):
        raise LabError(
            f"LAB_REGISTRY={host!r} is no host of a registry.",
            "It is a name or an address with a port, as `lab serve` prints it.",
            "Set LAB_REGISTRY to something like 192.168.1.5:5000, or leave it out.",
        )
    return host


def _gates(text: str) -> dict[str, bool]:
    pairs = [part for part in text.split(",") if part]
    if unlike := [part for part in pairs if not GATE.fullmatch(part)]:
        raise LabError(
            f"LAB_FEATURE_GATES={text!r} names no feature gates.",
            f"{unlike[0]!r} is not of the form NAME=true or NAME=false.",
            "Set it to something like StatefulSetRecreateStrategy=true, or leave it out.",
        )
    return {name: value == "true" for name, _, value in (part.partition("=") for part in pairs)}


def _state(values: Mapping[str, str]) -> Path:
    given = values.get("LAB_STATE")
    if given:
        return Path(given).expanduser().absolute()
    return _folder(values, "XDG_STATE_HOME", ".local/state") / DEFAULT_NAME


def _folder(values: Mapping[str, str], variable: str, below_home: str) -> Path:
    given = values.get(variable, "")
    # The XDG specification says to ignore a path that isn't absolute.
    return Path(given) if given.startswith("/") else Path.home() / below_home
