"""This machine's connections to nodes, forgotten when a node comes back at another address."""

from __future__ import annotations

import os
from collections.abc import Iterable

from lab.engine import Engine

# Deletes what the kernel knows of connections to the port $1 that lead elsewhere than to $2. The
# last "src=" of a line is where the answers come from.
_FORGET = """
conntrack -L -p tcp --orig-port-dst "$1" |
    sed -n 's/.* src=\\([^ ]*\\) .*/\\1/p' | sort -u | grep -vxF "$2" |
    while read -r old; do conntrack -D -p tcp --orig-port-dst "$1" --reply-src "$old"; done
"""
_ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"


def forget(engine: Engine, nodes: Iterable[str]) -> None:
    """Have the kernel forget the connections to where these running nodes were before.

    podman gives a node another address each time that it starts it. The kernel goes on leading
    the connections that it knows of to the old one, for two minutes after their last packet
    (nf_conntrack_tcp_timeout_syn_sent). Linux chooses the port that a new connection comes from
    anew every ten seconds (EPHEMERAL_PORT_SHUFFLE_PERIOD in its net/core/secure_seq.c). When it
    is one of those, the new connection goes to the old address as well, and fails after three
    seconds with "no route to host".

    Docker forgets them by itself. Without root's rights a program of the engine passes the
    connections on, and the kernel leads none. A kernel without such a table leads none either,
    so that the program's failure means nothing.
    """
    if engine.provider == "docker" or os.geteuid() != 0:
        return
    for node in nodes:
        shown = engine.run("inspect", "--format", f"{{{{.Image}}}} {_ADDRESS}", node).out
        image, _, address = shown.strip().partition(" ")
        for line in engine.run("port", node).out.splitlines():
            _forget(engine, image, line.rsplit(":", 1)[1], address)


def _forget(engine: Engine, image: str, port: str, address: str) -> None:
    # The node's image has the program that changes the table, and this machine may not.
    may = ("--network", "host", "--cap-add", "NET_ADMIN", "--entrypoint", "sh")
    words = ("-c", _FORGET, "forget", port, address)
    engine.run("run", "--rm", *may, image, *words, check=False)
