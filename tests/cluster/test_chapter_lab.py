"""Opening a chapter: it works in its own namespace, and never two at once."""

import json
import subprocess
import sys

import pytest
import yaml

from course.chapters import opening
from course.chapters.opening import chapter
from course.cluster.connection import connect
from course.cluster.kinds import POD
from lab.errors import LabError
from lab.settings import Settings


def test_a_chapter_opens_again_after_its_namespace_was_deleted(opened, kubectl):
    kubectl("delete", "namespace", opened.namespace, "--wait=false")
    again = chapter(opened.number, show=False)
    assert kubectl("create", "configmap", "works")
    assert again.watch.catch_up(5)


def test_kubectl_works_in_the_chapter_and_the_labs_own_file_stays(opened, kubectl, lab):
    shown = json.loads(kubectl("config", "view", "--minify", "-o", "json"))
    assert shown["contexts"][0]["context"]["namespace"] == opened.namespace
    own = yaml.safe_load(lab.kubeconfig.read_text())
    assert all("namespace" not in each["context"] for each in own["contexts"])


def test_a_second_kernel_is_told_and_harms_nothing(web):
    script = f"from course import chapter; chapter({web.number})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "open in another kernel" in done.stderr
    assert len(web.connection.list(POD, web.namespace)) == 3


def test_another_identity_is_refused_before_anything_is_done(web, lab, tmp_path, monkeypatch):
    stranger = Settings.from_environment({"LAB_STATE": str(tmp_path), "LAB_NAME": lab.name})
    stranger.folder.mkdir(parents=True)
    stranger.kubeconfig.write_text(lab.kubeconfig.read_text())
    record = json.loads(lab.record.read_text())
    stranger.record.write_text(json.dumps({**record, "identity": "another"}))
    with pytest.raises(LabError, match="not made by this lab"):
        connect(stranger)
    assert len(web.connection.list(POD, web.namespace)) == 3


def test_an_interrupted_opening_leaves_the_chapter_free(lab, opened, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(opening, "point_kubectl", interrupt)
    with pytest.raises(KeyboardInterrupt):
        chapter(opened.number, show=False)
    monkeypatch.undo()
    assert chapter(opened.number, show=False).watch.state in ("live", "behind")
