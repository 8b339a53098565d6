"""What the lab remembers of itself between commands."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from lab.settings import Settings


@dataclass
class Record:
    """The contents of ``lab.json``.

    ``identity`` is the random name that the cluster holds too; ``phase`` is ``creating`` until
    the cluster was ready once, then ``ready``; ``seconds`` are those of the last ``up``.
    """

    identity: str
    name: str
    provider: str
    phase: str = "creating"
    node_image: str = ""
    node_image_source: str = ""
    kubernetes: str = ""
    feature_gates: dict[str, bool] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def new(settings: Settings, provider: str) -> Record:
    """Return the record of a lab that is about to be made."""
    return Record(
        identity=secrets.token_hex(8),
        name=settings.name,
        provider=provider,
        feature_gates=dict(settings.feature_gates),
    )


def read(settings: Settings) -> Record | None:
    """Return the lab's record, or None if there is none or it can't be understood.

    A record that was damaged counts as none: the lab is then made anew, and what is left of
    the old one is found by its containers' label.
    """
    try:
        values = json.loads(settings.record.read_text())
        known = {each.name for each in fields(Record)}
        return Record(**{name: value for name, value in values.items() if name in known})
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return None


def write(settings: Settings, record: Record) -> None:
    """Write the record so that a reader sees the old one or the new one, never a half."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(settings.record, json.dumps(asdict(record), indent=2) + "\n")


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(text)
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)  # a full disk leaves a part of it


def as_json(record: Record) -> dict[str, Any]:
    """Return what ``lab status --json`` tells of the record."""
    return {
        "provider": record.provider,
        "kubernetes": record.kubernetes,
        "node_image": {"reference": record.node_image, "source": record.node_image_source},
        "seconds": record.seconds,
    }
