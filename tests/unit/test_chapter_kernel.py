"""What a kernel owns while it has a chapter open."""

import subprocess
import sys

import pytest
import yaml
from kubernetes.config import kube_config

from course import chapter
from course.chapters.kernel import ChapterLock, point_kubectl
from course.cluster import session
from lab.errors import LabError
from lab.settings import Settings

HOLD = """
import sys
from course.chapters.kernel import ChapterLock
from lab.settings import Settings
lock = ChapterLock(Settings.from_environment(), 1)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_STATE", str(tmp_path))
    return Settings.from_environment()


@pytest.fixture
def other_kernel(lab):
    """Another process that has chapter 1 open."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_a_second_kernel_is_told_who_has_the_chapter(lab, other_kernel):
    with pytest.raises(LabError, match=f"process {other_kernel.pid}, since"):
        ChapterLock(lab, 1)
    ChapterLock(lab, 2).release()


def test_a_kernel_that_was_killed_leaves_the_chapter_free(lab, other_kernel):
    other_kernel.kill()
    other_kernel.wait()
    ChapterLock(lab, 1).release()


def test_a_program_started_from_the_kernel_does_not_keep_the_lock(lab):
    lock = ChapterLock(lab, 1)
    child = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        lock.release()
        ChapterLock(lab, 1).release()
    finally:
        child.kill()
        child.wait()


def test_kubectl_gets_the_chapters_namespace_in_a_private_copy(lab, monkeypatch):
    lab.folder.mkdir(parents=True)
    content = {
        "current-context": "lab",
        "contexts": [
            {"name": "other", "context": {"cluster": "other"}},
            {"name": "lab", "context": {"cluster": "lab", "user": "me"}},
        ],
    }
    lab.kubeconfig.write_text(yaml.safe_dump(content))
    monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", "~/.kube/config")
    environment = {"PATH": f"/usr/bin:{lab.bin}"}
    copy = point_kubectl(lab, 3, environment)
    contexts = yaml.safe_load(copy.read_text())["contexts"]
    assert contexts[1]["context"]["namespace"] == "chapter-3"
    assert "namespace" not in contexts[0]["context"]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert environment["KUBECONFIG"] == str(copy) == kube_config.KUBE_CONFIG_DEFAULT_LOCATION
    assert environment["PATH"] == f"{lab.bin}:/usr/bin"
    assert yaml.safe_load(lab.kubeconfig.read_text()) == content


@pytest.mark.parametrize(("number", "says"), [(7, "no chapter 7"), (1, "lab up")])
def test_a_chapter_that_cannot_be_opened_leaves_no_file_behind(lab, number, says):
    with pytest.raises(LabError, match=says):
        chapter(number)
    assert not lab.folder.exists()


def test_without_an_open_chapter_a_fault_says_what_to_run():
    with pytest.raises(LabError, match=r"chapter\(1\)"):
        session.current()


def test_the_public_names_are_found_and_no_others():
    import course

    assert callable(course.claim)
    assert callable(course.fault.stop_node)
    assert not hasattr(course, "Path")
    assert not hasattr(course, "nonsense")
