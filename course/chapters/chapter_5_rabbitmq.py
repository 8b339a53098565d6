"""The exercises of chapter 5 about the queue: a node that is alone, and a set that can't start."""

from course.chapters.rabbitmq_nodes import Node, ask
from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import pods

CLAIM = "PersistentVolumeClaim"
QUEUE = "orders"


@exercise(
    "5.6",
    "mq-2 is Ready and alone. Bring it back into the cluster of mq-0 and mq-1, with a copy of "
    "the queue orders. What is in orders must stay.",
    hints=(
        "Two sides have to agree. mq-2 must forget its own cluster, and who must forget mq-2?",
        "mq-0 and mq-1 still list a node of this name. They strike it off only while it is "
        "stopped: `rabbitmqctl stop_app` at mq-2, `rabbitmqctl forget_cluster_node` at mq-0.",
        "Then, at mq-2: `rabbitmqctl reset` and `rabbitmqctl start_app`. It looks for the others "
        "as a new node does.",
    ),
    solution="5.6.sh",
)
def brought_home(attempt: Attempt) -> Outcome:
    """Judge by the cluster that each node says it is in, and by what happened to the volumes."""
    for name in ("mq-0", "mq-1"):
        if attempt.lost(f"pvc/data-{name}"):
            return Wrong(f"the volume of {name} is gone, and with it a copy of {QUEUE}.")
    nodes = {name: _node(attempt, name) for name in ("mq-0", "mq-1", "mq-2")}
    for name, node in nodes.items():
        if node is None:
            return Wrong(f"{name} is not there, Ready and answering.")
    one, other, back = (node for node in nodes.values() if node)
    if one.cluster != other.cluster:
        return Wrong("now mq-0 and mq-1 are in two clusters. mq-2 was the one to be reset.")
    if back.cluster != one.cluster:
        return _still_alone(attempt)
    volume = pods.is_bound(attempt.there("pvc/data-mq-2") or {})
    if attempt.there("sts/mq") is None or not volume:
        return Wrong("the set mq or the claim data-mq-2 is gone, and so will be mq-2.")
    return _with_its_copy(one, other, back)


def _node(attempt: Attempt, name: str) -> Node | None:
    return ask(name) if pods.is_ready(attempt.there(name) or {}) else None


def _still_alone(attempt: Attempt) -> Outcome:
    old, new = attempt.before.claims.get("data-mq-2"), attempt.now.claims.get("data-mq-2")
    if old and new and pods.uid(old) != pods.uid(new):
        return Wrong(
            "mq-2 has a new, empty volume once more, and is alone once more: the others still "
            "list it, and don't take in a node that they believe they know."
        )
    if len(attempt.lives("mq-2")) > 1:
        return Wrong("mq-2 was replaced, and is alone again: its volume says so.")
    return NotAttempted("mq-2 is still in a cluster of its own.")


def _with_its_copy(one: Node, other: Node, back: Node) -> Outcome:
    waiting = sum(node.messages.get(QUEUE, 0) for node in (one, other, back))
    if not waiting:
        return Wrong(f"{QUEUE} is empty: what was in it is gone, or was read.")
    if QUEUE not in back.queues:
        return Wrong(f"mq-2 is back, and has no copy of {QUEUE} yet. That takes some seconds.")
    return Right(f"mq-2 is one of three again, with a copy of {QUEUE} and its {waiting} writes.")


@exercise(
    "5.7",
    "The queue of manifests/05/rabbitmq-puzzle.yaml never gets Ready. Mend it: three Pods "
    "post-0, post-1, post-2, all Ready, and one cluster.",
    hints=(
        "There is more than one thing wrong, and each hides the next. What does "
        "`kubectl describe pod post-0` say last?",
        "A key that a Secret doesn't have. Then a probe that doesn't give RabbitMQ the time to "
        "start. Then names that come too late.",
        "secretKeyRef: cookie. startupProbe: failureThreshold 180. "
        "Service post-pods: publishNotReadyAddresses: true.",
    ),
    solution="5.7.sh",
)
def mended(attempt: Attempt) -> Outcome:
    """Judge by three Ready Pods that are in one cluster; say what is in the way of it."""
    names = ("post-0", "post-1", "post-2")
    there = {name: attempt.there(name) for name in names}
    found = attempt.there("sts/post")
    if found is None:
        missing = "There is no set post. Apply manifests/05/rabbitmq-puzzle.yaml."
        return Wrong(missing) if any(there.values()) else NotAttempted(missing)
    if pods.number(found, "spec", "replicas") != len(names):
        return Wrong("post is to have three replicas.")
    for name, pod in there.items():
        if pod is None:
            return Wrong(f"there is no Pod {name}.")
        if not pods.is_ready(pod):
            return _in_the_way(attempt, name, pod)
    nodes = [ask(name) for name in names]
    clusters = {node.cluster for node in nodes if node}
    if None in nodes or len(clusters) > 1:
        return Wrong(f"all three are Ready, and are {max(len(clusters), 2)} clusters, not one.")
    return Right("post-0, post-1 and post-2 found each other, and are one cluster.")


def _in_the_way(attempt: Attempt, name: str, pod: pods.Object) -> Outcome:
    status = (pods.dicts(pod, "status", "containerStatuses") or [{}])[0]
    waiting = ("state", "waiting")
    if pods.text(status, *waiting, "reason") == "CreateContainerConfigError":
        why = pods.text(status, *waiting, "message") or "its configuration is wrong"
        said = f"{name} can't start: {why}."
        return Wrong(said) if _edited(attempt) else NotAttempted(said)
    times = pods.number(status, "restartCount")
    if times:
        return Wrong(
            f"{name} was restarted {times} times: something stops it before it has started."
        )
    service = attempt.now.objects("Service").get("post-pods", {})
    if not pods.part(service, "spec", "publishNotReadyAddresses"):
        return Wrong(
            f"{name} runs, and finds nobody: the others have no names before they are Ready."
        )
    return Wrong(f"{name} is not Ready yet.")


def _edited(attempt: Attempt) -> bool:
    """Whether the set is another than the file makes: its specification was changed."""
    found = attempt.now.sets.get("post", {})
    return pods.number(found, "metadata", "generation") > 1
