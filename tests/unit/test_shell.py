"""Programs that the lab runs: their limits, their ends, their words."""

import os
import threading
import time
from pathlib import Path

import pytest

from course.cluster.session import until
from lab import shell


def test_a_programs_words_and_status_are_told():
    found = shell.run(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout=5, check=False)
    assert (found.code, found.out, found.err) == (3, "out\n", "err\n")


def test_a_failure_tells_the_last_lines_of_what_the_program_said():
    with pytest.raises(shell.CommandFailed) as error:
        shell.run(["sh", "-c", "echo no such node >&2; exit 1"], timeout=5)
    assert "no such node" in error.value.why
    assert "exit status 1" in error.value.what


def test_a_program_that_is_not_there_is_told_by_name():
    with pytest.raises(shell.CommandFailed) as error:
        shell.run(["no-such-program"], timeout=5)
    assert "no-such-program" in error.value.why


def test_a_program_that_hangs_is_ended_at_its_limit_with_its_children(tmp_path: Path):
    pid = tmp_path / "pid"
    started = time.monotonic()
    with pytest.raises(shell.CommandTimedOut):
        shell.run(["sh", "-c", f"sleep 60 & echo $! > {pid}; wait"], timeout=0.5)
    assert time.monotonic() - started < 10
    # A killed process is still there for a moment.
    child = int(pid.read_text())
    until("The child's end", 5, lambda: not _alive(child))


def test_input_reaches_the_program_also_while_its_lines_are_followed():
    lines: list[str] = []
    found = shell.run(
        ["sh", "-c", "cat; echo heard >&2"], timeout=5, input="x", on_line=lines.append
    )
    assert (found.out, lines) == ("x", ["heard"])


def test_what_runs_is_ended_and_nothing_new_begins_until_it_may_go_on():
    outcome: list[BaseException] = []
    began = threading.Event()

    def job() -> None:
        try:
            shell.run(
                ["sh", "-c", "echo x >&2; sleep 60"], timeout=70, on_line=lambda _: began.set()
            )
        except shell.Stopped as error:
            outcome.append(error)

    thread = threading.Thread(target=job)
    thread.start()
    assert began.wait(5)
    try:
        shell.stop_all()
        thread.join(10)
        with pytest.raises(shell.Stopped):
            shell.run(["true"], timeout=5)
    finally:
        shell.go_on()
    assert len(outcome) == 1
    assert shell.run(["true"], timeout=5).code == 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return status != "Z"
