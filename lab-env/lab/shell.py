"""Running programs: with a time limit, dying with us, and told in full when they fail."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lab.errors import LabError

LAST_LINES = 12
# How long a program that was asked to end may take before it is killed.
GRACE_SECONDS = 2.0

_running: set[subprocess.Popen[bytes]] = set()
_guard = threading.Lock()
_stopping = threading.Event()


@dataclass(frozen=True)
class Finished:
    """How a program ended; ``out`` and ``err`` are text, ``seconds`` wall time."""

    code: int
    out: str
    err: str
    seconds: float


class CommandFailed(LabError):
    """A program ended with another exit status than 0, or isn't there."""

    def __init__(self, argv: Sequence[str], finished: Finished | None, do: str = "") -> None:
        self.finished = finished
        if finished is None:
            super().__init__(
                f"{argv[0]} can't be run.",
                f"There is no program {argv[0]} on the PATH, or it isn't executable.",
                do or "Run `lab doctor` to see what is missing.",
            )
            return
        said = (finished.err.strip() or finished.out.strip() or "It said nothing.").splitlines()
        super().__init__(
            f"`{_shown(argv)}` failed with exit status {finished.code}.",
            "\n       ".join(said[-LAST_LINES:]),
            do or "Run `lab doctor`, mend what it shows in red, then run the command again.",
        )


class CommandTimedOut(LabError):
    """A program took longer than its limit and was ended."""

    def __init__(self, argv: Sequence[str], timeout: float) -> None:
        super().__init__(
            f"`{_shown(argv)}` gave no answer within {timeout:.0f} s.",
            "The program hangs, or the machine is too busy.",
            "Run `lab doctor`, then run the command again.",
        )


class Stopped(LabError):
    """The program was ended because another job of the same command failed or was cut off."""

    def __init__(self, argv: Sequence[str]) -> None:
        super().__init__(
            f"`{_shown(argv)}` was ended early.",
            "Another step of the same command failed or was cut off.",
            "Run the command again: it goes on where it stopped.",
        )


def run(
    argv: Sequence[str | Path],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    input: str | bytes | None = None,  # noqa: A002 - subprocess calls it so
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | None = None,
    cwd: Path | None = None,
    check: bool = True,
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    """Run a program to its end and return what it said.

    ``env`` is added to this process's environment. ``on_line`` is called with each line of the
    program's standard error as it comes. Raises CommandFailed (unless ``check`` is false and the
    program ran), CommandTimedOut after ``timeout`` seconds, Stopped after ``stop_all``.
    """
    words = [str(word) for word in argv]
    started = time.monotonic()
    process = _begin(words, stdin, input is not None, stdout, env, cwd)
    try:
        out, err = _wait(process, words, input, timeout, on_line)
    except BaseException:
        _end(process)
        raise
    finally:
        with _guard:
            _running.discard(process)
    if _stopping.is_set() and process.returncode != 0:
        raise Stopped(words)
    finished = Finished(process.returncode, out, err, time.monotonic() - started)
    if process.returncode == 127 and shutil.which(words[0]) is None:
        raise CommandFailed(words, None)
    if check and process.returncode != 0:
        raise CommandFailed(words, finished)
    return finished


def stop_all() -> None:
    """End every program that ``run`` has under way; new ones are refused until ``go_on``."""
    with _guard:
        _stopping.set()
        processes = list(_running)
    for process in processes:
        _end(process)


def go_on() -> None:
    """Allow programs to be run again after ``stop_all``."""
    _stopping.clear()


def _begin(
    words: list[str],
    stdin: IO[bytes] | None,
    has_input: bool,
    stdout: IO[bytes] | None,
    env: Mapping[str, str] | None,
    cwd: Path | None,
) -> subprocess.Popen[bytes]:
    # Under the guard, so that `stop_all` misses no program that is just being started.
    with _guard:
        if _stopping.is_set():
            raise Stopped(words)
        try:
            process = subprocess.Popen(
                [*_dying_with_us(), *words],
                stdin=stdin or (subprocess.PIPE if has_input else subprocess.DEVNULL),
                stdout=stdout or subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                # A group of its own: Ctrl-C reaches us alone, and we end the program in order.
                start_new_session=True,
            )
        except OSError as error:
            raise CommandFailed(words, None) from error
        _running.add(process)
    return process


def _dying_with_us() -> list[str]:
    # A killed `lab up` must not leave a build running that the next `lab up` collides with.
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _wait(
    process: subprocess.Popen[bytes],
    words: Sequence[str],
    input_: str | bytes | None,
    timeout: float,
    on_line: Callable[[str], None] | None,
) -> tuple[str, str]:
    data = input_.encode() if isinstance(input_, str) else input_
    if on_line is None:
        try:
            out, err = process.communicate(data, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise CommandTimedOut(words, timeout) from None
        return _text(out), _text(err)
    lines: list[str] = []
    outputs: list[bytes] = []
    readers = [threading.Thread(target=_read_lines, args=(process.stderr, lines, on_line))]
    if process.stdout is not None:
        readers.append(threading.Thread(target=_read_all, args=(process.stdout, outputs)))
    for reader in readers:
        reader.daemon = True
        reader.start()
    if data is not None and process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):  # its exit status tells why it stopped reading
            process.stdin.write(data)
            process.stdin.close()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise CommandTimedOut(words, timeout) from None
    for reader in readers:
        reader.join(GRACE_SECONDS)
    return _text(b"".join(outputs)), "\n".join(lines)


def _read_lines(stream: IO[bytes] | None, lines: list[str], on_line: Callable[[str], None]) -> None:
    for line in stream or ():
        text = line.decode(errors="replace").rstrip("\n")
        lines.append(text)
        on_line(text)


def _read_all(stream: IO[bytes], outputs: list[bytes]) -> None:
    outputs.append(stream.read())


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)


def _text(data: bytes | None) -> str:
    return (data or b"").decode(errors="replace")


def _shown(argv: Sequence[str]) -> str:
    text = " ".join(argv)
    return text if len(text) <= 160 else f"{text[:157]}..."
