"""`lab serve`: a registry on a teacher's machine, from which a room takes its images."""

from __future__ import annotations

import contextlib
import ipaddress
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab import archive as archives
from lab import ports, ready, registry, shell
from lab.courseimages import every_image, named
from lab.engine import Engine
from lab.errors import LabError
from lab.nodeimage import build, programs
from lab.progress import Progress
from lab.settings import Settings
from lab.up import working_engine

IMAGE = "lab.local/registry:v1"
START_SECONDS = 30.0
PUSH_SECONDS = 300.0
# Longer than any course: only Ctrl-C or the container's own end comes before.
LONGEST_SECONDS = 7 * 24 * 3600.0
EVERYWHERE = "0.0.0.0"
# An address that is reserved for documents. Asking for the way to it sends nothing.
SOMEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True)
class Served:
    """A registry that answers; ``address`` is that of its socket on this machine."""

    engine: Engine
    name: str
    address: str
    port: int

    @property
    def reached_at(self) -> str:
        """The host and port that the others would type, as far as this machine can know."""
        return f"{_own_address() if self.address == EVERYWHERE else self.address}:{self.port}"

    def wait(self) -> None:
        """Wait until Ctrl-C, or until the registry ends by itself; leave nothing of it."""
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                self.engine.run("wait", self.name, timeout=LONGEST_SECONDS)
        finally:
            signal.signal(signal.SIGTERM, before)
            clear(self.engine, self.name)


def serve(settings: Settings, address: str, port: int, progress: Progress) -> Served:
    """Build what is missing, fill a registry, and let it answer at an address of this machine.

    It is filled on loopback first and then only reads: nobody in the room can change what the
    others run. Raises LabError when a part can't be built or the address can't be had.
    """
    _check(address, port)
    engine = working_engine(settings, progress)
    node = build.build(settings, engine, progress)
    images = every_image(settings, progress)
    kind = programs.kind_binary(settings, progress)
    served = Served(engine, f"{settings.name}-registry", address, port)
    clear(engine, served.name)
    _load(settings, engine, progress)
    try:
        here = Served(engine, served.name, ports.LOOPBACK, port)
        with _running(here, "write", progress), progress.step("fill the registry") as step:
            _push(engine, node, f"{here.reached_at}/node:{node.rpartition(':')[2]}")
            for image in images:
                step.say(image.reference)
                _push_archive(engine, image.archive, f"{here.reached_at}/{image.served_as}")
            step.say("kind")
            _push_program(engine, kind, f"{here.reached_at}/kind:{programs.kind_key()}")
        _start(served, "read", progress)
    except BaseException:
        clear(engine, served.name)
        raise
    return served


def clear(engine: Engine, name: str) -> None:
    """Delete a registry's container and its volume, if they are there."""
    engine.run("rm", "-f", name, timeout=60, check=False)
    engine.run("volume", "rm", "-f", name, timeout=60, check=False)


def _check(address: str, port: int) -> None:
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        raise LabError(
            f"{address!r} is no address of a machine.",
            "The registry listens on one IPv4 address, or on all of them with 0.0.0.0.",
            "Give an address that `ip -4 address` shows, such as --address 192.168.1.5.",
        ) from None
    if not 1 <= port <= 65535 or not ports.is_free(port):
        raise LabError(
            f"Port {port} is in use or none.",
            "The registry needs a port that no other program listens on.",
            "Name another one: lab serve --port 5001",
        )


def _load(settings: Settings, engine: Engine, progress: Progress) -> None:
    image = named(IMAGE, settings, progress)
    if image is None:
        raise LabError(
            f"The course has no image {IMAGE}.",
            "Its folder lab-env/images/registry is not what it should be.",
            "Check the folder out again.",
        )
    engine.run("load", "-i", image.archive, timeout=120)


@contextlib.contextmanager
def _running(served: Served, how: str, progress: Progress) -> Iterator[None]:
    """Let a registry answer while the body runs; what it was given stays in its volume."""
    _start(served, how, progress)
    yield
    served.engine.run("rm", "-f", served.name, timeout=60)


def _start(served: Served, how: str, progress: Progress) -> None:
    """Start a registry and wait until it answers; ``how`` is `write` or `read`."""
    socket_ = f"{served.address}:{served.port}"
    with progress.step(f"start the registry at {socket_}"):
        try:
            served.engine.run(
                "run", "-d", "--name", served.name, "-p", f"{socket_}:5000",
                "-v", f"{served.name}:/data", IMAGE, f"/etc/registry/{how}.yml",
            )  # fmt: skip
        except shell.CommandFailed as error:
            raise LabError(
                f"The registry can't listen on {socket_}.",
                error.why,
                "Give an address that `ip -4 address` shows, and a port that is free.",
            ) from error
        host = ports.LOOPBACK if served.address == EVERYWHERE else served.address
        ready.until("The registry", lambda: _silent(f"{host}:{served.port}"), START_SECONDS)


def _silent(host: str) -> str | None:
    url = f"http://{host}/v2/"
    return None if registry.speaks(url, 5) else f"{url} gives no answer of a registry."


def _push_archive(engine: Engine, archive: Path, name: str) -> None:
    """Push the one image of an archive; the engine holds it for that long alone."""
    loaded = archives.references(archive)[0]
    engine.run("load", "-i", archive, timeout=PUSH_SECONDS)
    try:
        _push(engine, loaded, name)
    finally:
        engine.run("rmi", loaded, check=False)


def _push(engine: Engine, reference: str, name: str) -> None:
    engine.run("tag", reference, name)
    words = ["--tls-verify=false"] if engine.provider == "podman" else []
    try:
        engine.run("push", *words, name, timeout=PUSH_SECONDS)
    finally:
        engine.run("rmi", name, check=False)


def _push_program(engine: Engine, program: Path, name: str) -> None:
    """Push an image that holds one program, under `/`, and is never run."""
    with tempfile.TemporaryDirectory() as folder:
        content, layer, archive = (Path(folder, one) for one in ("content", "layer", "archive"))
        content.mkdir()
        shutil.copy(program, content / program.name)
        archives.layer(layer, content)
        archives.write(archive, f"lab.local/{program.name}:served", layer, {})
        _push_archive(engine, archive, name)


def _own_address() -> str:
    """This machine's address on its network, or a word to put there if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
        except OSError:
            return "THIS-MACHINE"
        return str(probe.getsockname()[0])
