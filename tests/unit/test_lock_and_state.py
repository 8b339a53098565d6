"""One command at a time, and what is remembered between commands."""

import dataclasses
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab import lock, state
from lab.errors import LabError
from lab.progress import Quiet
from lab.settings import Settings

HOLDER = """
import sys
from pathlib import Path
from lab import lock
from lab.progress import Quiet
with lock.held(Path(sys.argv[1]), "up", Quiet()):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings.from_environment({"LAB_STATE": str(tmp_path / "state")})
    return dataclasses.replace(found, cache=tmp_path / "cache")


@pytest.fixture
def holder(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path / "lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_command_says_who_holds_the_lock_and_gives_up_in_time(
    tmp_path: Path, holder, told
):
    with pytest.raises(LabError) as error, lock.held(tmp_path / "lock", "down", told, wait=0.3):
        pass
    assert f"process {holder.pid}" in error.value.why
    assert told.lines == [f"Waiting: `lab up` (process {holder.pid}) is at work on this lab."]


def test_a_holder_that_has_not_written_its_name_yet_is_given_a_moment(
    tmp_path: Path, told, monkeypatch
):
    file = tmp_path / "lock"
    name = json.dumps({"pid": 7, "command": "up"})
    with file.open("a+") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        monkeypatch.setattr(lock.time, "sleep", lambda _: file.write_text(name))
        with pytest.raises(LabError), lock.held(file, "up", told, wait=0.1):
            pass
    assert told.lines == ["Waiting: `lab up` (process 7) is at work on this lab."]


def test_a_holder_that_never_says_its_name_is_another_command(tmp_path: Path, told, monkeypatch):
    monkeypatch.setattr(lock, "NAME_SECONDS", 0.05)
    with (tmp_path / "lock").open("a+") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with pytest.raises(LabError), lock.held(tmp_path / "lock", "up", told, wait=0.1):
            pass
    assert told.lines == ["Waiting: another command is at work on this lab."]


def test_the_lock_of_a_killed_command_is_free(tmp_path: Path, holder):
    holder.kill()
    holder.wait()
    with lock.held(tmp_path / "lock", "up", Quiet(), wait=5):
        assert str(os.getpid()) in (tmp_path / "lock").read_text()


def test_a_record_comes_back_as_it_was_written(settings: Settings):
    record = state.new(settings, "podman")
    record.seconds = {"create the nodes": 20.5}
    state.write(settings, record)
    assert state.read(settings) == record
    assert settings.record.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "x"}', "null"])
def test_a_damaged_record_counts_as_none(settings: Settings, text: str):
    settings.folder.mkdir(parents=True)
    settings.record.write_text(text)
    assert state.read(settings) is None


def test_two_labs_have_two_identities(settings: Settings):
    assert state.new(settings, "podman").identity != state.new(settings, "podman").identity
