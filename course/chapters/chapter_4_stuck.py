"""The exercise 4.3: a roll-out that is stuck, and has to be got going again."""

from course.chapters.chapter_4 import image_of, spoilt_for
from course.exercises.facts import State
from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import pods

WEB = ("web-0", "web-1", "web-2")


@exercise(
    "4.3",
    "Get web going again with the change taken back. web-0 and web-1 serve, and may not be "
    "replaced; nothing that is stored may be lost.",
    hints=(
        "Two things are wrong: the template, and a Pod that was made from it. Mend both.",
        "Take the change back first: kubectl rollout undo. The set then still waits for web-2.",
        "kubectl rollout undo statefulset/web, then kubectl delete pod web-2.",
    ),
    solution="4.3.sh",
)
def got_going(attempt: Attempt) -> Outcome:
    """Judge by a new web-2 of the same revision as the others, which were left alone."""
    broken = attempt.before.pods.get("web-2")
    if "web" not in attempt.before.sets or broken is None or pods.is_ready(broken):
        return NotAttempted(
            "web was not stuck when the exercise began. Run the cell that breaks it, then begin."
        )
    spoilt = spoilt_for(attempt, ("web-0", "web-1"), WEB)
    if spoilt:
        return Wrong(spoilt)
    if attempt.there("sts/web") is None:
        return Wrong("the StatefulSet web is gone. Nobody looks after its Pods now.")
    return _mended(attempt)


def _mended(attempt: Attempt) -> Outcome:
    new = len(attempt.lives("web-2")) > 1 or "web-2" not in attempt.now.pods
    if _template(attempt.now) == _template(attempt.before):
        if new:
            return Wrong("web-2 was replaced, and the next one is made with the same mistake.")
        return NotAttempted("web-2 and the template are as they were when the exercise began.")
    if not new:
        return Wrong("the template is changed, and web-2 is still the Pod made from the old one.")
    return _alike(attempt)


def _alike(attempt: Attempt) -> Outcome:
    """Whether all three are Ready, and of the revision that the set wants."""
    there = [attempt.there(name) for name in WEB]
    for name, pod in zip(WEB, there, strict=True):
        if pod is None or not pods.is_ready(pod):
            return Wrong(f"{name} is not there, and Ready.")
    first, last = there[0] or {}, there[2] or {}
    if image_of(first) != image_of(last):
        return Wrong(f"web-2 runs {image_of(last)}, and web-0 runs {image_of(first)}.")
    if pods.revision(first) != pods.revision(last):
        return Wrong("web-2 is of another revision than web-0: the change was to be taken back.")
    return Right("web-2 is good again. web-0 and web-1 served all the while.")


def _template(state: State) -> object:
    return pods.part(state.objects("StatefulSet")["web"], "spec", "template")
