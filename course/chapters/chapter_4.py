"""The exercises 4.1 and 4.2: a roll-out that begins at ordinal 0, and one of two at a time."""

from course.exercises import at_least, kept, ready, set_pods, stays
from course.exercises.facts import Object
from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import pods

NEW = "lab.local/web:v2"
STORE = ("store-0", "store-1", "store-2")


@exercise(
    "4.1",
    "Let store-0 alone run lab.local/web:v2. store-1 and store-2 must not be touched.",
    hints=(
        "A partition lets the highest ordinals go first. Which strategy lets you choose?",
        "With the strategy OnDelete a new template touches no Pod, until you delete one.",
        'kubectl patch the strategy to {"type": "OnDelete", "rollingUpdate": null}, '
        "kubectl set image statefulset/store web=lab.local/web:v2, kubectl delete pod store-0.",
    ),
    solution="4.1.sh",
)
def first_one_first(attempt: Attempt) -> Outcome:
    """Judge by who was replaced, and by what the new store-0 runs."""
    spoilt = _missing(attempt) or spoilt_for(attempt, ("store-1", "store-2"), STORE)
    if spoilt:
        return Wrong(spoilt)
    template = image_of(pods.part(attempt.now.sets["store"], "spec", "template") or {})
    back = attempt.now.pods.get("store-0")
    if attempt.shows(kept("store-0")):
        return _same_pod(image_of(back or {}), template)
    behind = _not_new(attempt, ("store-0",))
    if behind:
        return Wrong(behind)
    if template != NEW:
        return Wrong(f"the template says {template}: the next store-0 would run that again.")
    return Right("store-0 runs version 2. The others wait until you delete them.")


def _same_pod(image: str, template: str) -> Outcome:
    if image == NEW:
        return Wrong(
            f"you changed the Pod, and not its set: the template says {template}, "
            "and the next store-0 runs that again."
        )
    if template == NEW:
        return Wrong("the template asks for version 2, and store-0 is still the one from before.")
    return NotAttempted("store-0 and its template are as they were.")


@exercise(
    "4.2",
    "Now bring store-1 and store-2 to lab.local/web:v2, both at the same time. "
    "store-0 must serve all the while.",
    hints=(
        "Who decides how many Pods an update takes away at once? Or do you decide it yourself?",
        "maxUnavailable: 2 under RollingUpdate does it. Under OnDelete, delete both at once.",
        "kubectl delete pod store-1 store-2, with the strategy and the image of 4.1.",
    ),
    solution="4.2.sh",
)
def both_at_once(attempt: Attempt) -> Outcome:
    """Judge by the new Pods, and by there having been fewer than two Ready for a moment."""
    if _missing(attempt):
        return Wrong(_missing(attempt))
    if image_of(attempt.before.pods.get("store-0", {})) != NEW:
        return NotAttempted("It goes on where 4.1 ends. Solve 4.1, then begin 4.2 again.")
    spoilt = spoilt_for(attempt, ("store-0",), STORE)
    if spoilt or not attempt.shows(stays(ready("store-0"))):
        return Wrong(spoilt or "store-0 was not Ready all the time.")
    return _together(attempt)


def _together(attempt: Attempt) -> Outcome:
    others = ("store-1", "store-2")
    if all(attempt.shows(kept(name)) for name in others):
        return NotAttempted("store-1 and store-2 are the same as when the exercise began.")
    if attempt.shows(at_least(2, ready(set_pods("store")))):
        return Wrong("there were two Ready all the time: they did not go together.")
    behind = _not_new(attempt, others)
    if behind:
        return Wrong(behind)
    return Right("Both went at once and came back new, and store-0 served all the while.")


def _missing(attempt: Attempt) -> str:
    if attempt.there("sts/store"):
        return ""
    return "there is no StatefulSet store. Apply manifests/04/store.yaml, and begin again."


def _not_new(attempt: Attempt, names: tuple[str, ...]) -> str:
    """Say which of these Pods isn't Ready with the new image; "" when all are."""
    for name in names:
        there = attempt.there(name)
        if there is None or not pods.is_ready(there):
            return f"{name} is not back yet, and Ready."
        if image_of(there) != NEW:
            return f"{name} runs {image_of(there)}."
    return ""


def image_of(thing: Object) -> str:
    """The image of the first container of a Pod or of a template, or an empty string."""
    return next(iter(pods.images(thing)), "")


def spoilt_for(attempt: Attempt, alone: tuple[str, ...], claimed: tuple[str, ...]) -> str:
    """Say which Pod of ``alone`` was not left alone, or which claim is lost; "" when none."""
    for name in alone:
        if attempt.lost(name):
            return f"{name} was replaced or is gone. It was to be left alone."
    for name in claimed:
        if attempt.lost(f"pvc/data-{name}"):
            return f"the claim data-{name} was deleted, and what {name} stored with it."
    return ""
