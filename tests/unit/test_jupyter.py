"""How JupyterLab is started: where it listens, what it is told, and what it leaves alone."""

import re
import socket
from pathlib import Path

import pytest

from lab import jupyter, ports, proxies
from lab.errors import LabError
from lab.settings import Settings


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings.from_environment({"LAB_NAME": "it", "LAB_STATE": str(tmp_path)})


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind((ports.LOOPBACK, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_first_free_port_is_taken(taken, monkeypatch):
    monkeypatch.setattr(ports, "FIRST", taken)
    assert taken < ports.choose(None) < taken + ports.TRIED


def test_a_port_that_was_asked_for_and_is_in_use_is_refused(taken):
    with pytest.raises(LabError, match=f"Port {taken} is in use"):
        ports.choose(str(taken))


@pytest.mark.parametrize("wanted", ["http", "-1", "0", "65536", "8888 ", "٣"])
def test_a_port_that_is_none_is_refused(wanted):
    with pytest.raises(LabError):
        ports.choose(wanted)


def test_all_ports_in_use_is_told(monkeypatch):
    monkeypatch.setattr(ports, "is_free", lambda port: False)
    with pytest.raises(LabError, match="no free port"):
        ports.choose(None)


def test_without_a_lab_there_is_nothing_to_open(settings):
    with pytest.raises(LabError, match="no lab named it"):
        jupyter.open_jupyter(settings)


def test_jupyterlab_listens_on_loopback_and_keeps_its_token(settings):
    command = jupyter.command(8888)
    assert "--ServerApp.ip=127.0.0.1" in command
    assert not [word for word in command if "token" in word.lower() or "password" in word.lower()]


def test_everything_that_jupyter_writes_goes_to_the_state_folder(settings):
    made = jupyter.environment(settings, settings.folder / "jupyter", "t", {"PATH": "/bin"})
    folders = {name: value for name, value in made.items() if name.endswith("DIR")}
    assert {"JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"} <= set(folders)
    for value in folders.values():
        assert Path(value).is_relative_to(settings.folder)


def test_kernels_get_the_lab_s_cluster_and_programs(settings):
    made = jupyter.environment(settings, settings.folder, "t", {"PATH": "/bin", "LAB_X": "1"})
    assert made["KUBECONFIG"] == str(settings.kubeconfig)
    assert made["LAB_NAME"] == "it"
    assert made["LAB_X"] == "1"
    assert made["PATH"].split(":")[1:] == [str(settings.bin), "/bin"]


def test_a_proxy_is_kept_out_of_the_way_of_the_cluster(settings):
    values = {"HTTPS_PROXY": "http://proxy", "NO_PROXY": "example.org"}
    made = jupyter.environment(settings, settings.folder, "t", values)
    assert made["NO_PROXY"] == made["no_proxy"] == "example.org,127.0.0.1,localhost"
    assert proxies.past_loopback({"A": "b"}) == {"A": "b"}


def test_tabs_of_the_learner_s_own_are_left_alone(tmp_path):
    jupyter._first_tabs(tmp_path / "workspaces", Path("build/start.md"))
    made = next((tmp_path / "workspaces").iterdir())
    assert "build/start.md" in made.read_text()
    made.write_text("the learner's")
    jupyter._first_tabs(tmp_path / "workspaces", Path("build/start.md"))
    assert [file.read_text() for file in made.parent.iterdir()] == ["the learner's"]


def test_a_start_page_that_fails_leaves_chapter_one(settings, monkeypatch, capsys):
    monkeypatch.setattr(jupyter, "START", "course.chapters.none")
    assert jupyter.start_page(
        settings, dict(jupyter.environment(settings, settings.folder, "t", {}))
    ) == ("notebooks/01-introduction.ipynb")
    assert "No module named course.chapters.none" in capsys.readouterr().err


def test_the_address_opens_chapter_one():
    shown = jupyter.url(8889, "abc")
    assert re.fullmatch(
        r"http://127\.0\.0\.1:8889/lab/tree/notebooks/01-introduction\.ipynb\?token=abc", shown
    )
