"""The real lab: these tests need it up, as `make test` leaves it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from course.chapters import opening
from course.chapters.opening import chapter
from course.cluster.faults.base import is_ready
from course.cluster.kinds import POD
from course.cluster.session import until
from course.exercises import from_here
from lab import engine
from lab.errors import LabError
from lab.settings import Settings

MANIFESTS = Path(__file__).parents[2] / "notebooks" / "manifests" / "01"
NUMBER = 6  # a namespace that no notebook uses while these tests run


@pytest.fixture(scope="session")
def lab():
    """The settings of the test lab, never of a learner's."""
    os.environ.setdefault("LAB_NAME", "statefulset-lab-test")
    settings = Settings.from_environment()
    if not settings.kubeconfig.exists():
        pytest.fail(f"The lab {settings.name} is not up. Run `LAB_NAME={settings.name} lab up`.")
    return settings


@pytest.fixture(scope="session")
def containers(lab):
    """The engine that runs the lab's nodes."""
    return engine.find(lab)


@pytest.fixture(scope="session")
def kernel(lab):
    """This process as a kernel: what opening a chapter changes in it is put back at the end."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("KUBECONFIG", "KUBECACHEDIR", "PATH"):
            environment.setenv(name, os.environ.get(name, ""))
        yield opening._kernel
        opening._kernel.close()


@pytest.fixture
def opened(kernel):
    """An open chapter: the one that the last test left, or a new one."""
    found = kernel.chapter or chapter(NUMBER, show=False)
    assert found.watch.catch_up(30)
    return found


@pytest.fixture
def kubectl(opened):
    """kubectl as a learner types it; returns what it prints, fails when it fails."""

    def run(*arguments, check=True):
        done = subprocess.run(
            ["kubectl", *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout + ("" if check else done.stderr)

    return run


@pytest.fixture
def pod(opened):
    """Read a Pod as it is now."""
    return lambda name: opened.connection.get(POD, name, opened.namespace)


@pytest.fixture
def web(opened, kubectl, pod):
    """The chapter's StatefulSet of three, Ready; claims speak of what happens from here on."""
    kubectl("apply", "-f", str(MANIFESTS / "web.yaml"))

    def whole():
        try:
            return all(is_ready(pod(name)) for name in ("web-0", "web-1", "web-2"))
        except LabError:
            return False

    until("All of web being Ready", 60, whole)
    from_here()
    return opened


@pytest.fixture(scope="session")
def manifests():
    """Chapter 1's manifests."""
    return MANIFESTS


@pytest.fixture
def reaches(kubectl):
    """Say whether one Pod gets an answer from another, by its stable name."""

    def ask(one, other):
        said = kubectl(
            "exec", one, "--", "timeout", "3", "web", "get", f"http://{other}.web:8080/api",
            check=False,
        )  # fmt: skip
        try:
            return json.loads(said)["name"] == other
        except ValueError:
            return False

    return ask
