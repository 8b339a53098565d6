"""What notebooks use to state, to guess and to check: claims, predictions and exercises."""

from course.exercises.always import at_least, at_most, never, never_together, reached, stays
from course.exercises.assertions import (
    Assertion,
    before,
    eventually,
    in_order,
    now,
    within,
)
from course.exercises.books import acknowledged, outage, stood_still, waited_at_most
from course.exercises.checks import begin, check, hint, solution
from course.exercises.claims import claim, replaced
from course.exercises.endpoints import leads_to
from course.exercises.errors import CellError, ClaimFailedError, NoChapterError
from course.exercises.events import warned
from course.exercises.facts import (
    Fact,
    Incarnation,
    at_revision,
    bound,
    created,
    deleted,
    labelled,
    observed,
    on_node,
    ready,
    running,
    scheduled,
    set_pods,
    such_that,
    terminating,
    unready,
    uses_image,
)
from course.exercises.identity import (
    kept,
    other_address,
    other_node,
    other_uid,
    other_volume,
    same_address,
    same_name,
    same_node,
    same_uid,
    same_volume,
)
from course.exercises.outcomes import CannotTell, NotAttempted, Outcome, Right, Wrong
from course.exercises.overview import progress
from course.exercises.predictions import Prediction, answer, predict
from course.exercises.promises import (
    comes_back,
    keeps_its_volume,
    rolls_from_the_top,
    starts_in_order,
    stops_from_the_top,
)
from course.exercises.registry import Attempt, exercise
from course.exercises.requests import not_served, served, served_again
from course.exercises.restarts import restarted
from course.exercises.session import from_here, use
from course.exercises.status import holds, in_phase, owned_by, ownerless, waits_for
from course.exercises.timeline import timeline

__all__ = [
    "Assertion",
    "Attempt",
    "CannotTell",
    "CellError",
    "ClaimFailedError",
    "Fact",
    "Incarnation",
    "NoChapterError",
    "NotAttempted",
    "Outcome",
    "Prediction",
    "Right",
    "Wrong",
    "acknowledged",
    "answer",
    "at_least",
    "at_most",
    "at_revision",
    "before",
    "begin",
    "bound",
    "check",
    "claim",
    "comes_back",
    "created",
    "deleted",
    "eventually",
    "exercise",
    "from_here",
    "hint",
    "holds",
    "in_order",
    "in_phase",
    "keeps_its_volume",
    "kept",
    "labelled",
    "leads_to",
    "never",
    "never_together",
    "not_served",
    "now",
    "observed",
    "on_node",
    "other_address",
    "other_node",
    "other_uid",
    "other_volume",
    "outage",
    "owned_by",
    "ownerless",
    "predict",
    "progress",
    "reached",
    "ready",
    "replaced",
    "restarted",
    "rolls_from_the_top",
    "running",
    "same_address",
    "same_name",
    "same_node",
    "same_uid",
    "same_volume",
    "scheduled",
    "served",
    "served_again",
    "set_pods",
    "solution",
    "starts_in_order",
    "stays",
    "stood_still",
    "stops_from_the_top",
    "such_that",
    "terminating",
    "timeline",
    "unready",
    "use",
    "uses_image",
    "waited_at_most",
    "waits_for",
    "warned",
    "within",
]
