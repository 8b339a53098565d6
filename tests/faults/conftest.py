"""A chapter of its own for each system that is broken."""

import os

import pytest
from faults.database import Database
from faults.rabbitmq import Queue
from faults.runner import WHOLE_SECONDS

from course.chapters import opening
from course.chapters.opening import chapter
from course.cluster.session import until
from lab.settings import Settings

NUMBER = int(os.environ.get("FAULTS_CHAPTER", "5"))


@pytest.fixture(scope="module")
def namespace():
    """Chapter 5, open and empty; left as it was found: empty."""
    os.environ.setdefault("LAB_NAME", "statefulset-lab-test")
    settings = Settings.from_environment()
    if not settings.kubeconfig.exists():
        pytest.fail(f"The lab {settings.name} is not up. Run `LAB_NAME={settings.name} lab up`.")
    with pytest.MonkeyPatch.context() as environment:
        for name in ("KUBECONFIG", "KUBECACHEDIR", "PATH"):
            environment.setenv(name, os.environ.get(name, ""))
        yield chapter(NUMBER, show=False)
        opening._kernel.close()
        opening.reset(settings, chapter=NUMBER)


@pytest.fixture(scope="module")
def database(namespace):
    """The database of chapter 5, new and whole."""
    return _started(Database())


@pytest.fixture(scope="module")
def queue(namespace):
    """The queue of chapter 5, new and whole."""
    return _started(Queue())


def _started(system):
    system.start()
    until(f"{type(system).__name__} being whole", WHOLE_SECONDS, system.whole)
    return system


@pytest.fixture(scope="session")
def rounds():
    """How many rounds are played, and by which seed."""
    return int(os.environ.get("FAULTS", "3")), int(os.environ.get("FAULTS_SEED", "5"))
