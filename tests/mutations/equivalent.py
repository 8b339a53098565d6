"""The spoilt answers that are right all the same, each with the reason.

What stands here a check has to accept: an exercise asks for what its title says, and no more.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple


class Same(NamedTuple):
    """Exercises, what was spoilt in them, and why it makes no difference."""

    numbers: str
    pattern: str
    why: str


ADOPTED = "A set made anew under its name takes over the Pods that are there."
RESTARTED = "A container may end and start again in its Pod. Where it may not, the title says so."
UNREADY = "It is the Pod that it was, and nobody is blamed for a probe that fails for a while."
ORPHANED = "The set takes a Pod back at once that has its labels and no owner."
ANY_IMAGE = "The Pod was to change, and the exercise asks for no image."
AGAIN = "It was to be replaced, or may be: once more does no harm."
NEW_CLAIM = "The claim was to be new, and the newer one is bound to what is asked for."
NO_SERVICE = "The exercise asks for nothing that the Service gives."
NOT_STORED = "The exercise does not speak of what is stored."
NO_ORDER = "No order is asked for."
ALONE = "It is the first to change, or the only one."
ALIKE = "The exercise asks the same of both."
FILLED_IN = "The API server fills it in, and nobody asks for it."
FOUND = "The members have found each other: what helps them to is needed no more."
ACTED = "A controller that has seen it has acted on it: judged is what came of it."

EQUIVALENT: tuple[Same, ...] = (
    Same("1.1 1.4 2.4 3.1 3.2 4.1 4.2 4.3 5.1 5.2 5.3 5.4 5.6 5.7 6.3", "replaced sts/*", ADOPTED),
    Same("1.1 1.2 1.4 2.1 2.3 2.4 3.1 3.2 3.3 3.4 3.5 3.6 3.7", "restarted pod/*", RESTARTED),
    Same("4.1 4.3 5.3 5.6 5.7 6.2 6.3", "restarted pod/*", RESTARTED),
    Same("4.2", "restarted pod/store-[12]", RESTARTED),
    Same("1.1 2.1 2.3 6.1", "unready pod/*", UNREADY),
    Same("1.2", "unready pod/web-[01]", UNREADY),
    Same("4.1", "unready pod/store-[12]", UNREADY),
    Same("6.2", "unready pod/web-[012]", UNREADY),
    Same("5.1", "unready pod/*-to-[!p]*", "The others have to catch up with the new primary."),
    Same("1.1 1.2 1.4 2.1 2.4 3.1 3.2 4.1 4.2 4.3 5.6 5.7 6.1 6.3", "orphaned pod/*", ORPHANED),
    Same("5.1 5.3", "orphaned pod/*-to-[!p]*", ORPHANED),
    Same("6.2", "orphaned pod/web-3", ORPHANED),
    Same("1.4 2.4 3.1 3.3 3.6 5.2 5.3 5.6 5.7 6.3", "another image pod/*", ANY_IMAGE),
    Same("1.2 3.2", "another image pod/web-2", ANY_IMAGE),
    Same("3.4", "another image pod/mini-1", ANY_IMAGE),
    Same("6.2", "another image pod/web-3", ANY_IMAGE),
    Same("1.4 2.4 3.1 3.3 3.6 5.2 5.3 5.6 5.7 6.3", "replaced pod/*", AGAIN),
    Same("1.2 3.2 4.3", "replaced pod/web-2", AGAIN),
    Same("3.4", "replaced pod/mini-1", AGAIN),
    Same("3.7", "replaced pod/mini-[12]", AGAIN),
    Same("4.1", "replaced pod/store-0", AGAIN),
    Same("4.2", "replaced pod/store-[12]", AGAIN),
    Same("6.2", "replaced pod/web-3", AGAIN),
    Same("1.2", "replaced pvc/data-web-2", NEW_CLAIM),
    Same("1.4", "replaced pvc/data-ledger-[12]", NEW_CLAIM),
    Same("5.3 6.3", "replaced pvc/*", NEW_CLAIM),
    Same("5.6", "replaced pvc/data-mq-2", NEW_CLAIM),
    Same("6.2", "replaced pvc/data-web-3", NEW_CLAIM),
    Same("1.1 3.2 4.1 4.2 4.3 5.1 5.2 5.4 5.6 5.7 6.1 6.2 6.3", "gone svc/*", NO_SERVICE),
    Same("1.1 1.2 3.2 4.1 4.2 4.3 5.1 5.2 5.4", "selecting nobody svc/*", NO_SERVICE),
    Same("5.6 5.7 6.1 6.2 6.3", "selecting nobody svc/*", NO_SERVICE),
    Same("5.2", "undone svc/desk", NO_SERVICE),
    Same("3.2 3.7 5.1 5.4 5.7 6.1", "* pvc/*", NOT_STORED),
    Same("3.2 3.7 5.1 5.4 5.7 6.1", "gone pv/*", NOT_STORED),
    Same("1.2 1.4 2.4 3.1 3.2 3.6 4.1 4.3 5.1 5.2 5.3 5.7 6.1 6.2 6.3", "first pod/*", NO_ORDER),
    Same("3.3", "first pod/mini-0", ALONE),
    Same("3.4", "first pod/mini-1", ALONE),
    Same("3.5 3.7", "first pod/mini-2", ALONE),
    Same("1.1", "swapped web-3 web-4", ALIKE),
    Same("1.4", "swapped ledger-1 ledger-2", ALIKE),
    Same("2.2", "swapped *-keep-? *-keep-?", ALIKE),
    Same("2.4 3.1 3.6 5.2 5.3 5.7", "swapped *", ALIKE),
    Same("4.2", "swapped store-1 store-2", ALIKE),
    Same("5.1", "swapped *replica-to-replica*", "Any other member may be the next primary."),
    Same("5.1", "*.role another of *-to-[!p]*", "It is the primary no more: that is asked for."),
    *(
        Same(numbers, f"{field} {how} of sts/*", ACTED)
        for numbers, field in (
            ("3.2 5.7", "spec.*"),
            ("4.1 4.2", "spec.updateStrategy.*"),
            ("5.3", "spec.template.metadata.labels.*"),
            ("6.2", "spec.replicas"),
        )
        for how in ("taken back", "another")
    ),
    Same("4.3", "spec.template.*.env another of sts/*", ACTED),
    Same("1.3", "StatefulSet for wiki", "With one replica it does the same."),
    Same("1.3", "operator for broker", "It makes the StatefulSet that fits."),
    Same("1.3", "Job for thumbnails", "It fits if the pictures are few."),
    Same("2.1", "spec.clusterIP another of svc/first", "Any address of its own will do."),
    Same("2.1", "spec.clusterIPs * of svc/first", FILLED_IN),
    Same("2.1", "spec.internalTrafficPolicy * of svc/first", FILLED_IN),
    Same("2.1", "spec.ipFamil* * of svc/first", FILLED_IN),
    Same("2.1", "spec.sessionAffinity * of svc/first", FILLED_IN),
    Same("2.1", "spec.type * of svc/first", FILLED_IN),
    Same("2.2", "* sts/*", "It speaks of claims alone."),
    Same("2.2", "* pod/*", "It speaks of claims alone."),
    Same("2.2", "gone pv/of data-*-keep-?*", "The volume goes with its claim."),
    Same("2.4", "undone pod/shop-?", "DNS goes by the EndpointSlice, which has the new names."),
    Same("4.2", "undone sts/store", "Under OnDelete both may be deleted by hand."),
    Same("4.1 4.2 5.3 5.7", "*.controller-revision-hash * of pod/*", "Judged is what it runs."),
    Same("5.3", "*.cluster-name * of pod/*", FOUND),
    Same("5.3", "*.role * of pod/*-to-[!p]*", "It is a replica, whatever its label says."),
    Same("5.5", "replaced sts/*", ADOPTED),
    Same("5.5", "spec.updateStrategy.* of sts/*", "How the set is updated is a choice."),
    Same("5.5", "restarted pod/*", RESTARTED),
    Same("5.5", "orphaned pod/*-to-[!p]*", ORPHANED),
    Same("5.5", "another image pod/*", ANY_IMAGE),
    Same("5.5", "*.controller-revision-hash * of pod/*", "Judged is what it runs."),
    Same("5.5", "*.role another of *-to-[!p]*", "It is the primary no more: that is asked for."),
    Same("5.5", "* svc/pg", NO_SERVICE),
    Same("5.5", "first pod/*", "Judged is how often the primary moved, and who waited."),
    Same("5.5", "swapped pg-replica-*", ALIKE),
    Same("5.4", "* pod/*", "It asks for a label on the set: an answer in a word."),
    Same("5.6", "without queues mq-1", "Who else has a copy is not asked."),
    Same("5.7", "without queues *", "There is no queue in it yet."),
    Same("5.7", "spec.publish* of svc/post-pods", FOUND),
    Same("5.7", "undone svc/*", FOUND),
    Same("6.3", "gone pv/* that nobody uses", "That is the new and empty volume."),
    Same("6.3", "undone pod/ledger-0", "No Pod outlives its claim, so this can't come."),
)


def reason(number: str, spoilt: str) -> str:
    """Why a spoilt answer is right all the same; "" when it is wrong."""
    for same in EQUIVALENT:
        if number in same.numbers.split() and fnmatchcase(spoilt, same.pattern):
            return same.why
    return ""
