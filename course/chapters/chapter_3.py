"""The exercises of chapter 3 on Pods and on the StatefulSet's own bookkeeping."""

from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import pods

FIRST, SECOND = "shop-0", "shop-1"


@exercise(
    "3.1",
    "Mend the shop: both Pods of the StatefulSet shop are to be Ready. "
    "Three things are wrong, one behind the other. Change nothing in the StatefulSet itself.",
    hints=(
        "Find out how far shop-0 has come: has it a node, its volumes, a container that runs, "
        "a probe that answers? The first that it hasn't is where to look.",
        "kubectl describe pod shop-0 shows its events, kubectl logs shop-0 what the program "
        "says. Both lead to a ConfigMap: one is missing, one holds two wrong values.",
        "Create the ConfigMap shop-page; set delay to 0s and ready to on in shop-settings. "
        "A container reads them when it starts, so delete shop-0 then.",
    ),
    solution="3.1.sh",
)
def mended(attempt: Attempt) -> Outcome:
    """Judge by both Pods being Ready, with the set still asking what it asked."""
    shop = attempt.there("sts/shop")
    if shop is None:
        return Wrong("there is no StatefulSet shop. Apply manifests/03/mend.yaml, and begin again.")
    if pods.part(shop, "spec", "replicas") != 2:
        return Wrong("the shop is to have two Pods.")
    if _blind(shop):
        return Wrong(
            "the StatefulSet no longer asks what it asked: its volume or its probe is gone. "
            "That hides what is wrong. Apply manifests/03/mend.yaml again."
        )
    for name in (FIRST, SECOND):
        trouble = _trouble(attempt.now.pods.get(name), name)
        if trouble:
            return _still(attempt, name, trouble)
    return Right("shop-0 and shop-1 are Ready, and the StatefulSet is as it was.")


def _still(attempt: Attempt, name: str, trouble: str) -> Outcome:
    """Untouched means: the first Pod is the one that the exercise began with, and as far."""
    begun = attempt.before.pods.get(name)
    same = begun is None or pods.uid(begun) == pods.uid(attempt.now.pods.get(name) or {})
    if name == FIRST and same and not _has_begun(attempt.now.pods.get(name)):
        return NotAttempted(f"{trouble} Look at its events.")
    return Wrong(trouble)


def _blind(shop: pods.Object) -> bool:
    containers = pods.dicts(shop, "spec", "template", "spec", "containers")
    volumes = pods.dicts(shop, "spec", "template", "spec", "volumes")
    return not (containers and containers[0].get("readinessProbe") and volumes)


def _has_begun(pod: pods.Object | None) -> bool:
    """Whether a container of the Pod has run, now or before."""
    statuses = pods.dicts(pod, "status", "containerStatuses")
    return any(
        pods.part(one, "state", "running") or pods.part(one, "state", "terminated")
        or pods.number(one, "restartCount")
        for one in statuses
    )  # fmt: skip


def _trouble(pod: pods.Object | None, name: str) -> str:
    """How far a Pod has come, in words; "" when it is Ready."""
    if pod is None:
        return f"There is no {name}."
    if pods.is_terminating(pod):
        return f"{name} is on its way out."
    if pods.is_ready(pod):
        return ""
    return _how_far(pod, name)


def _how_far(pod: pods.Object, name: str) -> str:
    if not pods.is_scheduled(pod):
        return f"{name} has no node yet."
    status = next(iter(pods.dicts(pod, "status", "containerStatuses")), {})
    waiting = pods.text(status, "state", "waiting", "reason")
    if waiting == "CreateContainerConfigError":
        return f"The container of {name} can't be made: what its environment refers to isn't there."
    if pods.is_running(pod):
        return f"{name} runs and is not Ready: its readiness probe gets no good answer."
    if _has_begun(pod):
        return f"The container of {name} ends as soon as it starts. Its log says why."
    return f"{name} has a node and waits for a volume."


@exercise(
    "3.2",
    "Bring web half way from one revision to the next, and let it stand there: "
    "updatedReplicas is to be 1, and all three Pods Ready.",
    hints=(
        "What in the StatefulSet says which ordinals an update leaves alone?",
        "With partition: 2 only web-2 is renewed. Set it before you change the template.",
        "kubectl patch statefulset web with updateStrategy.rollingUpdate.partition 2, then "
        "kubectl set image statefulset/web web=lab.local/web:v2.",
    ),
    solution="3.2.sh",
)
def half_way(attempt: Attempt) -> Outcome:
    """Judge by the status fields, and by the two Pods that were to be left alone."""
    web = attempt.there("sts/web")
    if web is None:
        return Wrong("there is no StatefulSet web. Apply manifests/03/web.yaml again.")
    if pods.part(web, "spec", "replicas") != 3:
        return Wrong("web is to have three Pods.")
    return _stage(attempt, web) or Right(
        "web-2 has the update revision, web-0 and web-1 have the current one."
    )


def _stage(attempt: Attempt, web: pods.Object) -> Outcome | None:
    """What is not as asked in the stage of the roll-out; None when all is."""
    current = pods.text(web, "status", "currentRevision")
    update = pods.text(web, "status", "updateRevision")
    begun = pods.text(attempt.before.sets.get("web"), "status", "updateRevision")
    if current == update:
        if update == begun:
            return NotAttempted("web has one revision, and all its Pods are of it.")
        return Wrong(
            "the roll-out went all the way: currentRevision is updateRevision again. "
            "Nothing told it where to stop."
        )
    renewed = pods.number(web, "status", "updatedReplicas")
    if renewed != 1:
        return Wrong(f"updatedReplicas is {renewed}.")
    there = [attempt.there(f"web-{ordinal}") or {} for ordinal in range(3)]
    count = sum(pods.is_ready(pod) for pod in there)
    if count != 3:
        return Wrong(f"only {count} of three Pods are Ready.")
    replaced = attempt.lost("web-0", "web-1")
    if replaced:
        return Wrong(f"{replaced} was replaced too. Only web-2 was to be.")
    return None if pods.revision(there[2]) == update else Wrong("web-2 is not of the new revision.")
