"""Labs in the making: cut off anywhere, two at once, without a network."""

import signal
import subprocess

import pytest

# A proxy that refuses: whoever asks the network for anything fails at once.
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
NO_NETWORK = dict.fromkeys(PROXIES, "http://127.0.0.1:9") | {
    "GOPROXY": "off",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}


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


def test_the_next_up_ends_ready_although_there_is_no_network(lab):
    found = lab.run("up", **NO_NETWORK)
    assert found.returncode == 0, found.stderr
    assert lab.status()["ready"]


def test_a_lab_that_lost_a_container_is_made_anew(lab):
    lab.engine.run("rm", "-f", "-v", f"{lab.name}-worker2")
    assert "gone" in str(lab.status()["nodes"])
    lab.ok("up")
    assert len(lab.engine.containers(lab.name)) == 3


def test_a_second_up_waits_for_the_first_and_both_end_well(lab):
    lab.ok("down")
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
