"""Small pieces of the lab: progress, side by side, thawing, waiting, the DNS question."""

import subprocess
import threading
from pathlib import Path

import pytest

from lab import cgroups, ready, shell
from lab.errors import LabError
from lab.progress import Plain, Quiet, Terminal
from lab.together import together


def test_the_time_of_each_step_that_ended_well_is_kept():
    shown = Quiet()
    with shown.step("one"):
        pass
    with pytest.raises(ValueError, match="x"), shown.step("two"):
        raise ValueError("x")
    assert list(shown.seconds) == ["one"]
    assert shown.steps[1].failed


def test_plain_progress_tells_each_step_on_a_line_of_its_own(capsys: pytest.CaptureFixture[str]):
    shown = Plain()
    with shown.step("build"):
        pass
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].split() == ["...", "build"]
    assert lines[1].endswith("s build: done")


def test_the_terminals_table_holds_a_row_a_step():
    shown = Terminal()
    with shown.shown(), shown.step("build") as step:
        step.say("[bold]linking")
        assert shown._table().row_count == 1


def test_jobs_side_by_side_give_their_results_by_name():
    barrier = threading.Barrier(2, timeout=5)  # passed only if both run at once

    def job(value: int) -> int:
        barrier.wait()
        return value

    assert together(a=lambda: job(1), b=lambda: job(2)) == {"a": 1, "b": 2}


def test_the_first_failure_ends_the_other_jobs_programs():
    def fail() -> None:
        raise LabError("no", "no", "no")

    def slow() -> None:
        shell.run(["sleep", "60"], timeout=70)

    with pytest.raises(LabError, match="no"):
        together(slow=slow, fail=fail)
    assert shell.run(["true"], timeout=5).code == 0


def test_only_the_containers_own_cgroups_are_thawed(tmp_path: Path):
    for name in ("machine", "libpod-abc", "libpod-abc/pod"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "freezer.state").write_text("FROZEN\n")
    cgroups.thaw("abc", tmp_path)
    assert (tmp_path / "machine" / "freezer.state").read_text() == "FROZEN\n"
    assert (tmp_path / "libpod-abc" / "freezer.state").read_text() == "THAWED"
    assert (tmp_path / "libpod-abc" / "pod" / "freezer.state").read_text() == "THAWED"


def test_waiting_ends_with_the_last_thing_that_was_missing():
    with pytest.raises(LabError) as error:
        ready.until("The nodes", lambda: "Not ready: worker.", seconds=0)
    assert error.value.why == "Not ready: worker."


def test_waiting_goes_on_until_the_condition_holds():
    answers = iter(["not yet", "not yet", None])
    ready.until("The nodes", lambda: next(answers), seconds=10)


def test_the_dns_question_is_a_script_that_bash_accepts():
    script = ready._ask_dns("127.0.0.1", "a.b")
    checked = subprocess.run(["bash", "-n", "-c", script], capture_output=True, timeout=5)
    assert checked.returncode == 0, checked.stderr


def test_an_error_tells_what_why_and_what_to_do():
    error = LabError("It broke.", "A cause.", "Do this.")
    assert str(error) == "It broke.\n  Why: A cause.\n  Do:  Do this."
    assert error.as_json() == {"what": "It broke.", "why": "A cause.", "do": "Do this."}
