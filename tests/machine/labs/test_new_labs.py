"""Labs in the making: cut off anywhere, two at once, without a network."""

import signal
import subprocess

import pytest

from lab.cache import remove_tree
from lab.courseimages import course_images
from lab.nodeimage import build
from lab.progress import Quiet


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("check the machine", signal.SIGKILL),
        ("create the nodes", signal.SIGKILL),
        ("create the nodes", signal.SIGINT),
        ("wait for the nodes", signal.SIGKILL),
        ("wait for DNS", signal.SIGINT),
    ],
)
def test_an_up_that_was_cut_off_at_a_step_is_told_as_not_ready(lab, step, number):
    lab.cut_off(step, number)
    status = lab.run("status", "--json")
    assert status.returncode == 1


def test_the_next_up_ends_ready_although_there_is_no_network(lab, no_network):
    found = lab.run("up", **no_network)
    assert found.returncode == 0, found.stderr
    assert lab.status()["ready"]


def test_a_build_that_was_cut_off_at_each_step_ends_ready(lab, cache_of_its_own):
    """The programs stay cached: compiling them anew would take minutes."""
    lab.ok("down")
    image = build.reference(course_images(lab.settings, Quiet()))
    lab.engine.run("untag", image)
    for kind in ("debian", "node-image"):
        remove_tree(cache_of_its_own / kind)
    env = {"XDG_CACHE_HOME": str(cache_of_its_own.parent)}
    for step in (
        "Debian bookworm base",
        "put the node image together",
        "load the node image into the engine",
        "test the node image",
    ):
        lab.cut_off(step, signal.SIGKILL, **env)
        assert not lab.engine.has_image(image)
    lab.ok("up", **env)
    assert lab.engine.has_image(image)
    left = lab.engine.run("ps", "-a", "--format", "{{.Names}}").out.split()
    assert not [name for name in left if name.startswith("lab-smoke")]


def test_of_two_ups_one_makes_anew_what_lost_a_container_and_the_other_waits(lab):
    lab.engine.remove(f"{lab.name}-worker2")
    assert "gone" in str(lab.status()["nodes"])
    both = [lab.begin("up"), lab.begin("up")]
    said = []
    for process in both:
        try:
            said.append(process.communicate(timeout=300)[1])
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("Waiting: `lab up`" in text for text in said) == 1, said
    assert len(lab.engine.containers(lab.name)) == 3
