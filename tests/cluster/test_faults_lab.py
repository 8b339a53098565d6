"""Each fault really breaks what it says, and is really undone."""

import pytest

from course import claim, fault, ready, replaced, restarted, terminating, unready
from course.cluster.faults.base import is_ready
from course.cluster.kinds import NODE
from course.cluster.session import until
from lab import nodes
from lab.errors import LabError
from lab.progress import Quiet
from lab.reset import heal, reset


@pytest.fixture
def neighbours(web, pod):
    """Two Pods of the set on two nodes, and the node of the first."""
    where = {name: pod(name)["spec"]["nodeName"] for name in ("web-0", "web-1", "web-2")}
    for one, first in where.items():
        for other, second in where.items():
            if first != second:
                return one, other, first
    return pytest.fail(f"All Pods are on one node: {where}")


@pytest.fixture
def unprobed(opened, kubectl):
    """A Pod of the course's web server without any probe: nobody restarts it when it hangs."""
    kubectl("run", "unprobed", "--image=lab.local/web:v1")
    kubectl("wait", "pod/unprobed", "--for=condition=Ready", "--timeout=60s")
    yield "unprobed"
    kubectl("delete", "pod/unprobed", "--ignore-not-found", "--grace-period=1")


@pytest.fixture
def new_pod(web, kubectl):
    """web-1 anew: the kubelet waits longer before each restart of the same Pod's container."""
    kubectl("delete", "pod", "web-1")
    kubectl("wait", "pod/web-1", "--for=create", "--timeout=60s")
    kubectl("wait", "pod/web-1", "--for=condition=Ready", "--timeout=60s")


def restarts(pod):
    return pod["status"]["containerStatuses"][0]["restartCount"]


def rules(containers, node):
    listed = containers.execute(node, "iptables", "-w", "5", "-S", check=False).out
    return [line for line in listed.splitlines() if nodes.FAULT_CHAIN in line]


def test_a_killed_container_is_started_again(web, pod):
    uid, before = pod("web-1")["metadata"]["uid"], restarts(pod("web-1"))
    with fault.kill_container("web-1"):
        claim("The container was killed", restarted("web-1"))
    assert is_ready(pod("web-1"))
    assert pod("web-1")["metadata"]["uid"] == uid
    assert restarts(pod("web-1")) == before + 1


def test_a_paused_container_answers_nothing_and_goes_on_as_the_same_process(unprobed, kubectl, pod):
    assert program_answers(kubectl, unprobed)
    before = pod(unprobed)["status"]["containerStatuses"][0]["containerID"]
    with fault.pause_container(unprobed):
        assert not program_answers(kubectl, unprobed)
        assert is_ready(pod(unprobed))
    assert program_answers(kubectl, unprobed)
    assert pod(unprobed)["status"]["containerStatuses"][0]["containerID"] == before
    assert restarts(pod(unprobed)) == 0


def test_a_paused_container_with_a_liveness_probe_is_restarted(web, pod):
    uid = pod("web-1")["metadata"]["uid"]
    with fault.pause_container("web-1"):
        claim("The kubelet restarted it", restarted("web-1"))
    assert is_ready(pod("web-1"))
    assert pod("web-1")["metadata"]["uid"] == uid


def test_healing_wakes_a_container_that_a_dead_kernel_left_paused(
    unprobed, kubectl, containers, lab
):
    # What `lab reset` does before it empties the chapter, with the Pod in it.
    fault.pause_container(unprobed)
    assert not program_answers(kubectl, unprobed)
    heal(lab, containers, Quiet())
    assert program_answers(kubectl, unprobed)
    heal(lab, containers, Quiet())
    assert program_answers(kubectl, unprobed)


def program_answers(kubectl, name):
    # Another process in the same container asks: only the main one is frozen.
    ask = ("exec", name, "--", "web", "get", "-limit", "3s", "http://localhost:8080/api")
    return '"name"' in kubectl(*ask, check=False)


def test_exhausted_memory_has_the_kernel_kill_the_container(new_pod, pod, containers):
    node = pod("web-1")["spec"]["nodeName"]
    before = kernels_kills_for_memory(containers, node)
    with fault.exhaust_memory("web-1"):
        claim("It was the memory", restarted("web-1"))
    assert kernels_kills_for_memory(containers, node) > before
    assert is_ready(pod("web-1"))
    (status,) = pod("web-1")["status"]["containerStatuses"]
    ended = status["lastState"]["terminated"]
    assert ended["exitCode"] == 137
    told = could_ask_the_cgroup(containers, node, ended["containerID"])
    assert ended["reason"] == ("OOMKilled" if told else "Error")


def kernels_kills_for_memory(containers, node):
    listed = containers.execute(node, "cat", "/proc/vmstat").out
    (count,) = [line.split()[1] for line in listed.splitlines() if line.startswith("oom_kill ")]
    return int(count)


def could_ask_the_cgroup(containers, node, container):
    # containerd asks the container's cgroup why it ended. On a busy machine systemd removes that
    # first: then it logs this, and says Error. Seen each time when its shim is held with SIGSTOP.
    log = containers.execute(node, "journalctl", "-u", "containerd", "--no-pager").out
    return f"failed to check and update container {container.split('//')[1]}" not in log


def test_a_broken_readiness_probe_takes_the_pod_out_of_dns_and_restarts_nothing(web, pod, kubectl):
    before = restarts(pod("web-1"))
    addresses = ["get", "endpointslices", "-l", "kubernetes.io/service-name=web", "-o"]
    with fault.break_readiness("web-1"):
        claim("web-1 is not Ready", unready("web-1"))
        assert not is_ready(pod("web-1"))
        until(
            "The address not being ready",
            20,
            lambda: "false" in kubectl(*addresses, "jsonpath={..conditions.ready}"),
        )
    assert is_ready(pod("web-1"))
    assert restarts(pod("web-1")) == before


def test_a_full_volume_refuses_writes_and_keeps_what_it_held(web, kubectl):
    write = ("exec", "web-1", "--", "sh", "-c", "echo kept > /data/note; echo old > /data/old")
    kubectl(*write)
    full = ("exec", "web-1", "--", "sh", "-c", "echo more > /data/more")
    with fault.fill_volume("web-1"):
        assert "No space left on device" in kubectl(*full, check=False)
        assert kubectl("exec", "web-1", "--", "cat", "/data/note") == "kept\n"
        kubectl("exec", "web-1", "--", "rm", "-f", "/data/more", "/data/old")
    kubectl(*full)
    assert kubectl("exec", "web-1", "--", "cat", "/data/note") == "kept\n"
    there = kubectl("exec", "web-1", "--", "ls", "-a", "/data").split()
    assert {"note", "more"} <= set(there)
    assert not {"old", ".fault-filler"} & set(there)


def test_a_program_that_keeps_files_open_is_started_again_on_a_full_volume(new_pod, kubectl, pod):
    before = restarts(pod("web-1"))
    # A file that is there already has its block, so one more write to it would be no news.
    prepare = "rm -f /data/more; echo kept > /data/note; echo old > /data/old"
    kubectl("exec", "web-1", "--", "sh", "-c", prepare)
    # It goes with the container, and so does the file that it holds.
    kubectl("exec", "web-1", "--", "sh", "-c", "tail -f /data/note >/dev/null 2>&1 &")
    # It is asked before the volume is filled, or it could not say so.
    with fault.fill_volume("web-1", works="echo here > /data/working"):
        assert restarts(pod("web-1")) == before + 1
        full = ("exec", "web-1", "--", "sh", "-c", "echo more > /data/more")
        assert "No space left on device" in kubectl(*full, check=False)
        kubectl("exec", "web-1", "--", "rm", "-f", "/data/more", "/data/old")
    assert restarts(pod("web-1")) == before + 2
    there = kubectl("exec", "web-1", "--", "ls", "-a", "/data").split()
    assert {"note", "working"} <= set(there)
    assert not {"old", ".fault-filler"} & set(there)
    assert kubectl("exec", "web-1", "--", "cat", "/data/note") == "kept\n"


def test_a_missing_image_sticks_at_the_last_ordinal_and_comes_right(web, pod):
    with fault.missing_image("web"):
        assert pod("web-2")["spec"]["containers"][0]["image"].startswith("lab.local/missing")
        assert is_ready(pod("web-0"))
    for name in ("web-0", "web-1", "web-2"):
        assert is_ready(pod(name))
        assert pod(name)["spec"]["containers"][0]["image"] == "lab.local/web:v1"


def test_a_pod_cut_off_is_reached_by_nobody_but_its_kubelet(
    web, neighbours, reaches, pod, containers
):
    one, other, node = neighbours
    assert reaches(other, one)
    with fault.cut_network(one):
        assert not reaches(other, one)
        assert is_ready(pod(one))
    assert reaches(other, one)
    assert rules(containers, node) == []


def test_two_pods_cut_from_each_other_reach_all_else(web, neighbours, reaches, containers):
    one, other, node = neighbours
    (third,) = {"web-0", "web-1", "web-2"} - {one, other}
    with fault.cut_between(one, other):
        assert not reaches(other, one)
        assert not reaches(one, other)
        assert reaches(third, one)
        assert reaches(third, other)
    assert reaches(other, one)
    assert rules(containers, node) == []


def test_a_pod_beside_the_api_server_is_cut_off_it_too(opened, lab, kubectl):
    there = f'{{"spec": {{"nodeName": "{lab.name}-control-plane"}}}}'
    kubectl("run", "beside", "--image=lab.local/web:v1", f"--overrides={there}")
    kubectl("wait", "pod/beside", "--for=condition=Ready", "--timeout=60s")
    assert api_answers(kubectl, "beside")
    with fault.cut_network("beside"):
        assert not api_answers(kubectl, "beside")
    assert api_answers(kubectl, "beside")


def api_answers(kubectl, name):
    # It speaks TLS alone, and says so in plain text.
    ask = ("exec", name, "--", "timeout", "3", "web", "get", "http://kubernetes.default:443/")
    return "HTTPS" in kubectl(*ask, check=False)


def test_the_api_server_is_kept_from_the_pods_that_are_named_only(web, kubectl, pod, containers):
    def answers(name):
        return api_answers(kubectl, name)

    assert answers("web-0")
    assert answers("web-2")
    with fault.cut_api("web-0", "web-1"):
        assert not answers("web-0")
        assert not answers("web-1")
        assert answers("web-2")
        assert is_ready(pod("web-0"))
    assert answers("web-0")
    assert rules(containers, pod("web-0")["spec"]["nodeName"]) == []


def test_a_drained_node_is_left_and_comes_back(web, neighbours):
    one, _, node = neighbours
    if "control-plane" in node:
        pytest.skip("the control plane stays")
    with fault.drain_node(node):
        assert web.connection.get(NODE, node)["spec"]["unschedulable"]
        claim("The Pod was asked to leave", terminating(one))
    assert not web.connection.get(NODE, node)["spec"].get("unschedulable")
    _, new = replaced(one)
    claim("Another Pod came back", ready(new))


def test_a_node_cut_off_loses_its_pods_and_comes_back(web, neighbours, reaches, pod, containers):
    one, other, node = neighbours
    if "control-plane" in node:
        one, other, node = other, one, pod(other)["spec"]["nodeName"]
    with fault.cut_network(node):
        assert rules(containers, node)
        assert not reaches(other, one)
    assert reaches(other, one)
    assert rules(containers, node) == []


@pytest.mark.parametrize(
    ("break_it", "state"), [(fault.stop_node, "exited"), (fault.pause_node, "paused")]
)
def test_a_node_that_is_gone_comes_back(opened, containers, lab, break_it, state):
    name = f"{lab.name}-worker2"
    with break_it("worker2"):
        assert containers.containers(lab.name)[name].startswith((state, "stopped"))
    assert containers.containers(lab.name)[name].startswith(("running", "up"))


def test_reset_undoes_the_faults_that_a_dead_kernel_left(web, containers, lab, kubectl):
    cut, paused = f"{lab.name}-worker", f"{lab.name}-worker2"
    fault.cut_network("worker")
    kubectl("taint", "node", paused, "lab.statefulset/fault=left:NoSchedule")
    fault.pause_node(paused)
    reset(lab, chapter=web.number)
    assert rules(containers, cut) == []
    assert containers.containers(lab.name)[paused].startswith(("running", "up"))
    taints = web.connection.get(NODE, paused)["spec"].get("taints", [])
    assert not [taint for taint in taints if taint["key"].startswith("lab.statefulset")]
    ready = kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=60s")
    assert ready.count("condition met") == 3


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (lambda: fault.kill_container("web-9"), "The Pods there:"),
        (lambda: fault.kill_container("../nodes"), "There is no Pod"),
        (lambda: fault.pause_container("web-9"), "The Pods there:"),
        (lambda: fault.pause_container("../nodes"), "There is no Pod"),
        (lambda: fault.stop_node("worker9"), "has no node worker9"),
        (lambda: fault.stop_node("control-plane"), "is the control plane"),
        (lambda: fault.cut_network("control-plane"), "is the control plane"),
        (lambda: fault.cut_network("nothing"), "There is no Pod nothing"),
        (lambda: fault.cut_between("web-0"), "A cut lies between two Pods"),
        (fault.cut_api, "No Pod was named"),
        (lambda: fault.drain_node("control-plane"), "is the control plane"),
        (lambda: fault.missing_image("none"), "The StatefulSets there:"),
    ],
)
def test_a_fault_of_something_that_is_not_there_says_what_there_is(opened, attempt, says):
    with pytest.raises(LabError, match=says):
        attempt()
