"""Five moments of made-up clusters that a board must show well, and a crowd to measure with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from course.views.example import Made


def creating() -> Made:
    """Three Pods come up in order; the second runs and is not Ready yet."""
    made = Made("chapter-2")
    made.nodes("control-plane", "worker", "worker2")
    made.after(1).stateful("web", 3)
    made.revision("web", 1, "6d8f4c9b7", "web:v1")
    made.status("web", "6d8f4c9b7", "6d8f4c9b7")
    made.grow("web-0", "6d8f4c9b7", "worker", "10.244.1.7")
    made.pod("web-1", "6d8f4c9b7", "worker2")
    made.after(0.8).claim("data-web-1")
    made.after(0.5).say("Pod", "web-1", "Started", "Started container web")
    made.run("web-1", ready=False, ip="10.244.2.5")
    made.after(2.2).say(
        "Pod",
        "web-1",
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        warning=True,
    )
    return made


def _three(namespace: str, replicas: int = 3, name: str = "web", **spec: object) -> Made:
    made = Made(namespace)
    made.nodes("control-plane", "worker", "worker2")
    made.after(1).stateful(name, replicas, **spec)
    made.revision(name, 1, "6d8f4c9b7", f"{name}:v1")
    made.status(name, "6d8f4c9b7", "6d8f4c9b7")
    for ordinal in range(replicas):
        node = "worker2" if ordinal % 2 else "worker"
        made.grow(f"{name}-{ordinal}", "6d8f4c9b7", node, f"10.244.{1 + ordinal % 2}.{5 + ordinal}")
    return made


def rolling() -> Made:
    """An update with partition 2: ordinal 3 is done, ordinal 2 is going."""
    made = _three("chapter-4", 4)
    made.after(20)
    rule = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    made.stateful("web", 4, updateStrategy=rule)
    made.revision("web", 2, "7c9b2d5f8", "web:v2")
    made.status("web", "6d8f4c9b7", "7c9b2d5f8")
    made.after(0.4).delete("web-3")
    made.after(1.6).drop("Pod", "web-3")
    made.after(0.2).grow("web-3", "7c9b2d5f8", "worker2", "10.244.2.9", "web:v2")
    made.after(0.3).delete("web-2")
    made.say(
        "StatefulSet", "web", "SuccessfulDelete", "delete Pod web-2 in StatefulSet web successful"
    )
    return made


def stuck() -> Made:
    """Back to v1 after an update to an image that does not exist: the forced rollback trap."""
    made = _three("chapter-4")
    made.after(30).revision("web", 2, "9a01c7d6b", "web:v3")
    made.status("web", "6d8f4c9b7", "9a01c7d6b")
    made.after(0.5).delete("web-2")
    made.after(1.5).drop("Pod", "web-2")
    made.pod("web-2", "9a01c7d6b", "worker", image="web:v3")
    made.after(1.2).trouble("web-2", "ErrImagePull", "web:v3")
    made.say("Pod", "web-2", "Failed", 'Failed to pull image "web:v3": not found', warning=True)
    made.after(14).trouble("web-2", "ImagePullBackOff", "web:v3")
    made.say("Pod", "web-2", "BackOff", 'Back-off pulling image "web:v3"', warning=True)
    made.after(22).status("web", "6d8f4c9b7", "6d8f4c9b7")
    made.after(41).say("Pod", "web-2", "BackOff", 'Back-off pulling image "web:v3"', warning=True)
    return made


def node_lost() -> Made:
    """A worker is gone: its Pod is not replaced, for nobody knows whether it still runs."""
    made = _three("chapter-5", name="db")
    made.after(40).node("worker2", "Unknown")
    made.say("Node", "worker2", "NodeNotReady", "Node worker2 status is now: NodeNotReady", True)
    made.run("db-1", ready=False)
    made.after(71).delete("db-1")
    made.say("Pod", "db-1", "TaintManagerEviction", "Marking for deletion Pod chapter-5/db-1")
    return made


def left_over() -> Made:
    """Scaled from 5 to 3: two claims have outlived their Pods."""
    made = _three("chapter-4", 5)
    made.after(25).stateful("web", 3)
    for ordinal in (4, 3):
        name = f"web-{ordinal}"
        made.delete(name)
        made.say(
            "StatefulSet",
            "web",
            "SuccessfulDelete",
            f"delete Pod {name} in StatefulSet web successful",
        )
        made.after(1.4).drop("Pod", name)
    made.after(3)
    return made


SITUATIONS: dict[str, Callable[[], Made]] = {
    "creating": creating,
    "rolling": rolling,
    "stuck": stuck,
    "node-lost": node_lost,
    "left-over": left_over,
}


def crowd(sets: int = 50, pods: int = 20) -> Made:
    """Many sets of many Pods, all Ready: 1,000 Pods unless told otherwise."""
    made = Made("crowd")
    made.nodes("worker", "worker2")
    for number in range(sets):
        name = f"set-{number:02}"
        made.stateful(name, pods)
        made.revision(name, 1, "6d8f4c9b7", "web:v1")
        made.status(name, "6d8f4c9b7", "6d8f4c9b7")
        for ordinal in range(pods):
            made.pod(f"{name}-{ordinal}", "6d8f4c9b7", ("worker", "worker2")[ordinal % 2])
            made.claim(f"data-{name}-{ordinal}")
            made.run(f"{name}-{ordinal}")
    return made


def bustle(made: Made, sets: int = 50, pods: int = 20) -> Iterator[None]:
    """Without end: each step is one change somewhere in the crowd."""
    turn = 0
    while True:
        turn += 1
        name = f"set-{turn * 7 % sets:02}-{turn * 13 % pods}"
        made.run(name, ready=turn // (sets * pods) % 2 == 1)
        yield
