"""The port that JupyterLab listens on."""

from __future__ import annotations

import socket

from lab.errors import LabError

FIRST = 8888
TRIED = 20
LOOPBACK = "127.0.0.1"


def choose(wanted: str | None) -> int:
    """Return the port that was asked for, or the first free one from 8888 on.

    Raises LabError if the port is none, is in use, or if all twenty are.
    """
    if wanted:
        return _asked_for(wanted)
    for port in range(FIRST, FIRST + TRIED):
        if is_free(port):
            return port
    raise LabError(
        "There is no free port for JupyterLab.",
        f"The ports {FIRST} to {FIRST + TRIED - 1} of {LOOPBACK} are all in use.",
        "Name another port: LAB_PORT=9000 lab open",
    )


def is_free(port: int) -> bool:
    """Tell whether a program could listen on this port of the loopback address."""
    with socket.socket() as listener:
        # As servers do: a connection of a server that ended a moment ago doesn't count.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _asked_for(wanted: str) -> int:
    if not (wanted.isascii() and wanted.isdecimal()) or not 1 <= int(wanted) <= 65535:
        raise LabError(
            f"LAB_PORT={wanted!r} is no port.",
            "A port is a number from 1 to 65535.",
            "Set LAB_PORT to a number such as 8888, or leave it out.",
        )
    if not is_free(int(wanted)):
        raise LabError(
            f"Port {wanted} is in use or not allowed.",
            f"Another program listens on {LOOPBACK}:{wanted}, or only root may use it.",
            "Set LAB_PORT to another port, or leave it out.",
        )
    return int(wanted)
