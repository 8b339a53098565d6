"""The exercises 2.3 and 2.4: a field that can't be changed, and names that don't exist."""

from course.chapters.chapter_2 import THREE, is_headless
from course.exercises import kept
from course.exercises.endpoints import endpoints
from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import pods

SET = "my-statefulset"
SHOP = ("shop-0", "shop-1")


@exercise(
    "2.3",
    "Change podManagementPolicy of my-statefulset to Parallel. No Pod may be replaced, "
    "and no claim.",
    hints=(
        "The API server refuses to change the field. Can the set go without its Pods?",
        "kubectl delete statefulset my-statefulset --cascade=orphan. Then make it anew.",
        "Add podManagementPolicy: Parallel to the spec of manifests/02/mended.yaml and apply that.",
    ),
    solution="2.3.sh",
)
def made_parallel(attempt: Attempt) -> Outcome:
    """Judge by a new set with the policy that owns the very same Pods and claims."""
    old, new = attempt.before.sets.get(SET), attempt.now.sets.get(SET)
    if old is None or not set(THREE) <= set(attempt.before.pods):
        return Wrong("my-statefulset was not whole when the exercise began. Begin it again.")
    lost = attempt.lost(*(one for name in THREE for one in (name, f"pvc/data-{name}")))
    if lost:
        return Wrong(f"{lost} was replaced or is gone.")
    if new is None or pods.is_terminating(new):
        return Wrong("the set is gone, and its Pods belong to nobody. Make it anew.")
    if pods.text(new, "spec", "podManagementPolicy") != "Parallel":
        if pods.uid(new) == pods.uid(old):
            return NotAttempted("It is the same set as before, with the same policy.")
        return Wrong("the set was made anew, and its policy isn't Parallel.")
    return _taken_over(attempt)


def _taken_over(attempt: Attempt) -> Outcome:
    now = attempt.now
    new = now.sets[SET]
    revision = pods.text(new, "status", "updateRevision")
    for name in THREE:
        owner = pods.owner(now.pods[name])
        if owner is None or owner.uid != pods.uid(new):
            return Wrong(f"{name} does not belong to the new set.")
        if revision != pods.revision(now.pods[name]):
            return Wrong(
                f"the new set has another template than {name}, and is going to replace it."
            )
    return Right("a new set with the policy Parallel has taken over the Pods as they were.")


@exercise(
    "2.4",
    "Mend the shop: shop-0.shop and shop-1.shop must exist in DNS. "
    "What the Pods have stored must stay.",
    hints=(
        "Three things must fit: the Service's selector, its name, and what the set calls it.",
        "Compare `kubectl get service shop -o yaml` and `kubectl get statefulset shop -o yaml`.",
        "selector: {app: shop}, and a set with serviceName: shop. Pods keep what they were "
        "made with, so they must be made anew as well.",
    ),
    solution="2.4.sh",
)
def shop_mended(attempt: Attempt) -> Outcome:
    """Judge by the names that the headless Service gives, and by the claims that stayed."""
    if "shop" not in attempt.before.sets:
        return Wrong("there was no StatefulSet shop when the exercise began. Begin it again.")
    for name in SHOP:
        if attempt.lost(f"pvc/data-{name}"):
            return Wrong(f"the claim data-{name} is gone, and what {name} stored with it.")
    if _untouched(attempt):
        return NotAttempted("The Service and the set are as they were.")
    return _service(attempt) or _members(attempt)


def _untouched(attempt: Attempt) -> bool:
    same = attempt.before.objects("Service").get("shop") == attempt.now.objects("Service").get(
        "shop"
    )
    return same and attempt.shows(kept("sts/shop")) and all(attempt.shows(kept(n)) for n in SHOP)


def _service(attempt: Attempt) -> Outcome | None:
    service = attempt.now.objects("Service").get("shop")
    if service is None:
        return Wrong("there is no Service shop, so no name can end in .shop.")
    if not is_headless(service):
        return Wrong("the Service shop has an address of its own, so it names no Pods.")
    if not endpoints(attempt.now, "shop"):
        return Wrong("the selector of the Service shop finds no Pod.")
    return None


def _members(attempt: Attempt) -> Outcome:
    owner = attempt.there("sts/shop")
    if owner is None:
        return Wrong("the StatefulSet shop is gone: nobody replaces its Pods now.")
    if pods.text(owner, "spec", "serviceName") != "shop":
        return Wrong("the Service finds Pods, and the set still gives them to another Service.")
    named = endpoints(attempt.now, "shop")
    for name in SHOP:
        pod = attempt.there(name)
        if pod is None or not pods.is_ready(pod):
            return Wrong(f"{name} is not Ready.")
        if f"data-{name}" not in pods.claims(pod).values():
            return Wrong(f"{name} does not use its claim data-{name}.")
        if named.get(name) != name:
            return Wrong(f"{name} was made before the set was mended, and carries the old name.")
    return Right("shop-0.shop and shop-1.shop exist, and the Pods have their old claims.")
