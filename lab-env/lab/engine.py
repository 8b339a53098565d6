"""The container engine: found by trying, spoken to through its command line."""

from __future__ import annotations

import os
import resource
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab import shell, state
from lab.archive import architecture
from lab.errors import LabError
from lab.settings import Settings

# In the order of how many people have them.
ORDER = ("docker", "podman", "nerdctl")
# A daemon that hangs must not hang us. A sound engine answers in well under a second.
ANSWER_SECONDS = 10.0
SAVE_SECONDS = 300.0
# A program that waits for its disk is not frozen before it has its answer.
FREEZE_SECONDS = 30.0
CLUSTER_LABEL = "io.x-k8s.kind.cluster"
OURS_LABEL = "lab.statefulset"
NETAVARK = Path("/usr/lib/podman/netavark")
# The state of a container that isn't there, or that podman takes for running although nothing of
# it is left.
GONE = "gone"


class NoEngine(LabError):
    """No container engine on this machine works; ``tried`` tells what each one said."""

    def __init__(self, tried: Mapping[str, str], do: str) -> None:
        self.tried = dict(tried)
        said = "; ".join(f"{name}: {why}" for name, why in tried.items())
        super().__init__("No container engine works on this machine.", said, do)


@dataclass(frozen=True)
class Engine:
    """One engine that answered; ``env`` is what its programs (and kind's) are run with."""

    provider: str
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self, *args: str | Path, timeout: float = 60, **more: Any) -> shell.Finished:
        """Run a command of the engine, as ``shell.run`` does."""
        env = {**self.env, **more.pop("env", {})}
        return shell.run([self.provider, *args], timeout=timeout, env=env, **more)

    def execute(self, node: str, *args: str, timeout: float = 30, **more: Any) -> shell.Finished:
        """Run a program inside a running container."""
        flags = ["-i"] if more.get("input") is not None or more.get("stdin") else []
        return self.run("exec", *flags, node, *args, timeout=timeout, **more)

    def has_image(self, reference: str) -> bool:
        """Tell whether the engine holds an image of this reference."""
        return self.run("image", "inspect", reference, check=False).code == 0

    def save(self, reference: str, file: Path) -> None:
        """Save one image to an archive."""
        self.run(*save_words(self.provider, reference, file), timeout=SAVE_SECONDS)

    def containers(self, cluster: str) -> dict[str, str]:
        """Return the names of a kind cluster's containers with the state of each.

        A state is a word of the engines: running, exited, paused, created, ... or GONE.
        """
        label = f"label={CLUSTER_LABEL}={cluster}"
        names = self.run("ps", "-a", "--filter", label, "--format", "{{.Names}}").out.split()
        if not names:
            return {}
        # `ps` words the state as it likes; `inspect` has one word for it in every engine. A
        # container that went in between is told by its absence.
        form = "{{.Name}}|{{.State.Status}}"
        if self.provider == "podman":
            form += "|{{.Id}}|{{.State.ConmonPid}}|{{.State.Pid}}"
        shown = self.run("inspect", "--format", form, *names, check=False).out
        rows = [line.strip().lstrip("/").split("|") for line in shown.splitlines() if "|" in line]
        return {name: _state(word.lower(), *more) for name, word, *more in sorted(rows)}

    def pause(self, name: str) -> None:
        """Freeze a running container: its programs keep their memory, and nothing answers.

        On cgroup v1 the kernel can't freeze a program that waits for its disk, as etcd does after
        each change. runc 1.1 tries for less than half a second, thaws the others, and says "unable
        to freeze" (FreezerGroup.Set in its libcontainer/cgroups/fs/freezer.go). So it is asked
        again until the disk has answered. Raises CommandFailed at once for any other reason, and
        for this one after FREEZE_SECONDS.
        """
        end = time.monotonic() + FREEZE_SECONDS
        while (done := self.run("pause", name, check=False)).code != 0:
            if "unable to freeze" not in done.err or time.monotonic() > end:
                raise shell.CommandFailed([self.provider, "pause", name], done)

    def start(self, names: list[str]) -> None:
        """Start stopped containers."""
        self.run("start", *names, timeout=120)

    def stop(self, names: list[str]) -> None:
        """Stop running containers in order, within a bound."""
        self.run("stop", "-t", "20", *names, timeout=120)

    def remove(self, *names: str, timeout: float = 60, check: bool = True) -> None:
        """Delete containers, running ones too, with the volumes that have no name.

        Their programs are killed. podman alone would first give them ten seconds to end, in which
        they write what is deleted right after.
        """
        at_once = ("-t", "0") if self.provider == "podman" else ()
        self.run("rm", "-f", "-v", *at_once, *names, timeout=timeout, check=check)


def _state(word: str, container: str = "", *processes: str) -> str:
    """Return a container's state, with podman's word put right where it can't know.

    podman learns of a container's end from conmon, a process of its own beside it. Where a machine
    ends all processes at once and keeps /run, podman says "running" for ever. Both processes have
    the container's ID in /proc: conmon among its arguments, the container's in its cgroup.
    """
    if word not in ("running", "paused") or not processes:
        return word
    files = [
        Path(f"/proc/{int(one)}/{file}") for one in processes for file in ("cmdline", "cgroup")
    ]
    return word if any(container in _text(file) for file in files) else GONE


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def save_words(provider: str, reference: str, file: Path) -> list[str]:
    """Return the engine's words for saving one image to an archive.

    Docker's containerd store holds images of several platforms of which only one was pulled:
    without the platform it saves an index whose other parts are missing, and the import fails.
    """
    if provider == "podman":
        return ["save", "--format", "docker-archive", "--output", str(file), reference]
    platform = f"linux/{architecture()}"
    return ["image", "save", "--platform", platform, "--output", str(file), reference]


def find(settings: Settings) -> Engine:
    """Return the first engine that answers, or the one that LAB_PROVIDER names.

    A lab that is there already has its engine asked first. Raises NoEngine, with what each of
    them said.
    """
    tried: dict[str, str] = {}
    record = state.read(settings)
    # By whether it is the lab's own: False sorts first.
    order = sorted(ORDER, key=lambda each: record is None or each != record.provider)
    for provider in (settings.provider,) if settings.provider else order:
        engine = Engine(provider, environment(provider, settings))
        why = trouble(engine)
        if why is None:
            return engine
        tried[provider] = why
    raise NoEngine(tried, "Run `lab up` as root to have podman installed, or install Docker.")


def trouble(engine: Engine) -> str | None:
    """Return why an engine doesn't work, or None if it does. Takes at most ten seconds."""
    if shutil.which(engine.provider) is None:
        return "not installed"
    try:
        answer = engine.run("info", timeout=ANSWER_SECONDS, check=False)
    except shell.CommandTimedOut:
        return f"gave no answer within {ANSWER_SECONDS:.0f} s"
    if answer.code == 0 and "Server errors:" not in answer.err + answer.out:
        return None
    said = (answer.err.strip() or answer.out.strip() or "failed without a word").splitlines()
    return said[-1]


def environment(provider: str, settings: Settings) -> dict[str, str]:
    """Return the environment that an engine and kind are run with for this lab."""
    env = {
        "KIND_EXPERIMENTAL_PROVIDER": provider,
        "KIND_EXPERIMENTAL_PODMAN_NETWORK": settings.network,
        # kind's nerdctl provider reads this one, too.
        "KIND_EXPERIMENTAL_DOCKER_NETWORK": settings.network,
    }
    # Rootless podman has its user's own settings, and they may well differ for a reason.
    if provider == "podman" and os.geteuid() == 0 and "CONTAINERS_CONF" not in os.environ:
        env["CONTAINERS_CONF"] = str(_containers_conf(settings))
    return env


def _containers_conf(settings: Settings) -> Path:
    """Write podman's settings for this lab, kept away from the machine's own.

    They stand in the cache folder and not in the lab's: podman needs the same ones to delete
    what is left of a lab whose folder is gone.
    """
    file = settings.cache / "containers.conf"
    text = _podman_settings()
    if not file.exists() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(f".{os.getpid()}")
        half.write_text(text)
        half.replace(file)
    return file


def _podman_settings() -> str:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    # podman lowers its own limit to the kernel's number of process ids first, and may not
    # raise it above that again.
    pids = int(Path("/proc/sys/kernel/pid_max").read_text())
    processes = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    if processes != resource.RLIM_INFINITY:
        processes = min(processes, pids)
    limits = [("nofile", files), ("nproc", processes)]
    # podman asks for more than a machine without CAP_SYS_RESOURCE may give, then fails.
    given = [f'"{name}={n}:{n}"' for name, n in limits if n != resource.RLIM_INFINITY]
    lines = [
        "[containers]",
        f"default_ulimits = [{', '.join(given)}]",
        # A node holds many Pods: podman's limit of 2048 processes is for one program.
        "pids_limit = 0",
        "[engine]",
        'events_logger = "file"',
    ]
    if shutil.which("runc"):
        # crun refuses a machine that has both versions of cgroups mounted.
        lines.append('runtime = "runc"')
    if not Path("/run/systemd/system").exists():
        lines.append('cgroup_manager = "cgroupfs"')
    if NETAVARK.exists():
        lines += ["[network]", 'network_backend = "netavark"']
    return "\n".join(lines) + "\n"
