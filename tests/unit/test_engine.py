"""Freezing a container while one of its programs waits for its disk."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from lab import engine
from lab.engine import Engine
from lab.shell import CommandFailed

# What podman and runc printed on a machine with cgroup v1, while a program in the container wrote
# to a disk of 1 MiB/s.
WAITS = """\
time="2026-11-30T07:49:58Z" level=error msg="unable to freeze"
Error: `/usr/bin/runc pause 0dba518f` failed: exit status 1"""


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """The file that gets a line for each call of the engine below."""
    return tmp_path / "calls"


def that_says(calls: Path, said: str, times: int) -> Engine:
    """An engine that fails with these words so many times, and then does what it is to do."""
    program = calls.with_name("engine")
    program.write_text(f"""#!/bin/sh
echo "$@" >> '{calls}'
[ $(wc -l < '{calls}') -gt {times} ] && exit 0
cat >&2 <<'END'
{said}
END
exit 125
""")
    program.chmod(0o755)
    return Engine(str(program))


def test_a_container_is_frozen_once_its_disk_has_answered(calls: Path):
    that_says(calls, WAITS, 2).pause("worker")
    assert calls.read_text().split("\n") == ["pause worker"] * 3 + [""]


def test_a_disk_that_never_answers_is_told_in_the_end(calls: Path, monkeypatch: pytest.MonkeyPatch):
    # A second goes by with each call: how long a program takes is the machine's affair.
    calls.touch()
    clock = SimpleNamespace(monotonic=lambda: len(calls.read_text().splitlines()))
    monkeypatch.setattr(engine, "time", clock)
    monkeypatch.setattr(engine, "FREEZE_SECONDS", 2)
    with pytest.raises(CommandFailed, match="unable to freeze"):
        that_says(calls, WAITS, 10**6).pause("worker")
    assert len(calls.read_text().splitlines()) == 3


def test_what_no_time_mends_is_told_at_once(calls: Path):
    with pytest.raises(CommandFailed, match="no such container"):
        that_says(calls, "Error: no such container worker", 10**6).pause("worker")
    assert len(calls.read_text().splitlines()) == 1
