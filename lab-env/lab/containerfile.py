"""The part of a Containerfile that says how an image's container is run.

The course's images are one layer, so they need no engine to be built: their Containerfiles
add one archive to nothing, and the rest is configuration, which is read here.
"""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.errors import LabError

LAYER = "root.tar"
Config = dict[str, Any]


def config(containerfile: Path) -> Config:
    """Return the container's part of the image configuration, as an engine would write it.

    Raises LabError for an instruction that needs an engine, such as RUN.
    """
    result: Config = {}
    for instruction, rest in _instructions(containerfile):
        apply = _MEANINGS.get(instruction)
        if apply is None or not apply(result, rest):
            raise LabError(
                f"{containerfile} has an instruction that the lab can't follow.",
                f"`{instruction} {rest}`: the course's images are built without an engine.",
                f"Use FROM scratch, ADD {LAYER} / and instructions that only configure; "
                "what goes into the layer is said in context.json.",
            )
    return result


def _instructions(containerfile: Path) -> list[tuple[str, str]]:
    text = containerfile.read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    words = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    return [(word[0].upper(), word[1] if len(word) > 1 else "") for word in words]


def _pairs(rest: str) -> list[str]:
    return [word for word in shlex.split(rest) if "=" in word]


def _command(rest: str) -> list[str]:
    if not rest.startswith("["):
        return ["/bin/sh", "-c", rest]
    return [str(word) for word in json.loads(rest)]


def _only(wanted: str) -> Callable[[Config, str], bool]:
    return lambda _, rest: rest.split() == wanted.split()


def _put(name: str, read: Callable[[str], Any]) -> Callable[[Config, str], bool]:
    def apply(result: Config, rest: str) -> bool:
        value = read(rest)
        old = result.get(name)
        if isinstance(old, dict):
            value = {**old, **value}
        elif isinstance(old, list) and name == "Env":
            value = old + value
        result[name] = value
        return True

    return apply


_MEANINGS: dict[str, Callable[[Config, str], bool]] = {
    "FROM": _only("scratch"),
    "ADD": _only(f"{LAYER} /"),
    "ENV": _put("Env", _pairs),
    "LABEL": _put("Labels", lambda rest: dict(pair.split("=", 1) for pair in _pairs(rest))),
    "WORKDIR": _put("WorkingDir", str),
    "USER": _put("User", str),
    "STOPSIGNAL": _put("StopSignal", str),
    "ENTRYPOINT": _put("Entrypoint", _command),
    "CMD": _put("Cmd", _command),
    "EXPOSE": _put(
        "ExposedPorts",
        lambda rest: {port if "/" in port else f"{port}/tcp": {} for port in rest.split()},
    ),
    "VOLUME": _put(
        "Volumes",
        lambda rest: {path: {} for path in (_command(rest) if rest[0] == "[" else rest.split())},
    ),
}
