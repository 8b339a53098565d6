"""What the command `lab` says, and its exit status."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import cli, shell


@pytest.fixture(autouse=True)
def a_place_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("LAB_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LAB_NAME", "statefulset-lab-unit")
    yield
    shell.go_on()  # an interrupted command lets nothing new begin, and then its process ends


def test_an_error_is_three_sentences_and_exit_status_1(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["reset", "1"]) == 1
    said = capsys.readouterr().err
    assert "There is no lab named statefulset-lab-unit." in said
    assert "Do:  Run `lab up`" in said


def test_a_script_gets_the_error_as_an_object(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["reset", "1", "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert set(error) == {"what", "why", "do"}


def test_a_chapter_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["reset", "7"]) == 1
    assert "There is no chapter 7." in capsys.readouterr().err


def test_an_interrupted_command_says_how_to_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "reset", interrupted)
    assert cli.main(["reset"]) == cli.INTERRUPTED
    assert "it goes on" in capsys.readouterr().err


def test_what_the_system_refuses_is_told_in_sentences(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def refused(*_: object) -> None:
        raise OSError(28, "No space left on device", "/somewhere")

    monkeypatch.setattr(cli, "reset", refused)
    assert cli.main(["reset"]) == 1
    said = capsys.readouterr().err
    assert "refused something on /somewhere" in said
    assert "No space left on device" in said


def test_an_unknown_command_is_refused_with_the_usage(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        cli.main(["fly"])
    assert ended.value.code == 2
    assert "usage: lab" in capsys.readouterr().err


def test_status_of_no_lab_is_not_ready(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["status", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ready"] is False
    assert {
        "name",
        "provider",
        "kubernetes",
        "node_image",
        "kubeconfig",
        "nodes",
        "seconds",
    } <= set(found)
