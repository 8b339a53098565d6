"""`lab reset` with a fault that nobody undid, under load: nothing is left of both.

Each takes most of a minute: `make test` runs one by chance, `make test-faults` FAULTS of them.
"""

import json
import os
import random
import subprocess

import pytest
from faults.database import Database
from faults.rabbitmq import Queue
from faults.runner import WHOLE_SECONDS, books, kubectl

from course.cluster.faults.base import is_ready
from course.cluster.session import until
from lab import engine, nodes
from lab.settings import Settings

COUNT = int(os.environ.get("FAULTS", "1"))
CHANCE = random.Random(int(os.environ.get("FAULTS_SEED", "5")))
EVERY = [(make, name) for make in (Database, Queue) for name in make().breakages]
CASES = CHANCE.sample(EVERY, min(COUNT, len(EVERY)))
KINDS = "statefulsets,pods,pvc,services,configmaps,secrets,pdb,roles,rolebindings"


@pytest.mark.parametrize(
    ("make", "fault"), CASES, ids=[f"{make.__name__}: {name}" for make, name in CASES]
)
@pytest.mark.timeout(900)
def test_reset_leaves_nothing_of_a_fault_that_nobody_undid(namespace, make, fault):
    system = make()
    system.start()
    until("The system being whole", WHOLE_SECONDS, system.whole)
    system.write("before")
    books(system.books, "more", "before", "50")
    system.breakages[fault].make()
    done = subprocess.run(["lab", "reset", "5"], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert there() == set()
    until("The volumes being gone", 30, lambda: volumes() == [])
    # A node that was cut off reports itself again within its next look at the server.
    until("The nodes being well", 30, lambda: wrong_with_the_nodes() == [])


def there() -> set[str]:
    found = kubectl("get", KINDS, "-o", "name").stdout.split()
    return set(found) - {"configmap/kube-root-ca.crt"}


def volumes() -> list[str]:
    listed = json.loads(kubectl("get", "pv", "-o", "json").stdout)["items"]
    return [
        volume["metadata"]["name"]
        for volume in listed
        if volume["spec"]["claimRef"]["namespace"] == "chapter-5"
    ]


def wrong_with_the_nodes() -> list[str]:
    """What a fault may have left on the nodes: a state, a taint, rules of a cut."""
    settings = Settings.from_environment()
    containers = engine.find(settings)
    wrong = [
        f"{name} is {state}"
        for name, state in containers.containers(settings.name).items()
        if not state.lower().startswith(("running", "up"))
    ]
    for node in json.loads(kubectl("get", "nodes", "-o", "json").stdout)["items"]:
        name, spec = node["metadata"]["name"], node["spec"]
        taints = [taint["key"] for taint in spec.get("taints", [])]
        rules = containers.execute(name, "iptables", "-w", "5", "-S", check=False).out
        if not is_ready(node):
            wrong.append(f"{name} is not Ready")
        if spec.get("unschedulable") or any("control-plane" not in key for key in taints):
            wrong.append(f"{name} takes no Pods: {taints}")
        if nodes.FAULT_CHAIN in rules:
            wrong.append(f"{name} still cuts something off")
    return wrong
