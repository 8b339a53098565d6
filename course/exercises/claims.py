"""Claims: sentences of the text that the cluster's history proves or refutes."""

from collections.abc import Callable, Sequence
from time import monotonic

from course.exercises.assertions import Assertion, Finding, asserted
from course.exercises.errors import ClaimFailedError
from course.exercises.facts import Incarnation, Moment
from course.exercises.facts import subject as meant
from course.exercises.identity import replacement
from course.exercises.lines import rendered, told
from course.exercises.session import Session, current
from course.exercises.span import Span
from course.record import History, pods

#: How long a claim waits for what it speaks of, in seconds.
BOUND = 60.0


def claim(sentence: str, *assertions: Assertion | Moment, timeout: float = BOUND) -> None:
    """Print a sentence with the evidence for it; all the assertions must be true.

    Waits at most ``timeout`` seconds for what they speak of. Raises ClaimFailedError, with
    the history's own lines, when one is false or did not happen.
    """
    if not assertions:
        raise ValueError("A claim needs something that can be false.")
    wanted = [asserted(one) for one in assertions]
    print("\n".join([f"✓ {sentence}", *_proof(current(), sentence, wanted, timeout)]))


def replaced(name: str, timeout: float = BOUND) -> tuple[Incarnation, Incarnation]:
    """The old and the new one under a name, a Pod's if not told otherwise.

    When it is being deleted, it waits at most ``timeout`` seconds for the next one. Raises
    ClaimFailedError when none comes.
    """
    what = meant(name)
    session = current()
    sentence = f"{what} is replaced"
    _caught_up(session, timeout, sentence)
    pair = session.history.wait(
        lambda _: replacement(session.span(), what.kind, what.name), timeout
    )
    if isinstance(pair, tuple):
        return pair
    because = Finding(None, because=f"No other {what} came.")
    nothing = Assertion(sentence, lambda _: because, (what,))
    raise ClaimFailedError(_failure(sentence, nothing, because, session.span(), timeout))


def evidence(session: Session, assertion: Assertion, timeout: float) -> list[str]:
    """The lines that prove an assertion. Raises ClaimFailedError when it is false."""
    return _proof(session, str(assertion), [assertion], timeout)


def judged(
    session: Session,
    wanted: Sequence[Assertion],
    timeout: float,
    sentence: str,
    enough: Callable[[Sequence[bool | None]], bool],
) -> tuple[Span, list[Finding]]:
    """Judge all of them on one state of the history, again with each change until ``enough``.

    Raises ClaimFailedError when the cluster does not answer.
    """
    began = monotonic()
    _caught_up(session, timeout, sentence)
    result: list[tuple[Span, list[Finding]]] = []

    def sure(_: History) -> bool:
        span = session.span()
        findings = [assertion.judge(span) for assertion in wanted]
        result[:] = [(span, findings)]
        return enough([finding.verdict for finding in findings])

    session.history.wait(sure, max(0.0, timeout - (monotonic() - began)))
    return result[0]


def _proof(
    session: Session, sentence: str, wanted: Sequence[Assertion], timeout: float
) -> list[str]:
    span, findings = judged(
        session,
        wanted,
        timeout,
        sentence,
        enough=lambda verdicts: False in verdicts or None not in verdicts,
    )
    # What is false tells more than what is still awaited.
    pairs = sorted(
        zip(wanted, findings, strict=True), key=lambda pair: pair[1].verdict is not False
    )
    for assertion, finding in pairs:
        if not finding.verdict:
            raise ClaimFailedError(_failure(sentence, assertion, finding, span, timeout))
    return rendered([line for finding in findings for line in finding.lines], span)


def _caught_up(session: Session, timeout: float, sentence: str) -> None:
    if not session.catch_up(timeout):
        raise ClaimFailedError(
            f"✗ {sentence}\n"
            f"    This can't be told: the cluster did not answer within {timeout:g} s.\n"
            "    Run `lab status` in a terminal to see why."
        )


def _failure(
    sentence: str, assertion: Assertion, finding: Finding, span: Span, timeout: float
) -> str:
    late = f" (waited {timeout:g} s)" if finding.verdict is None else ""
    names = dict.fromkeys(
        (who.kind, name) for who in assertion.subjects for name in _names(who.name, span, who.owner)
    )
    history = rendered([*told(span, list(names))], span)
    return "\n".join(
        [
            f"✗ {sentence}",
            f"    {finding.because}{late}",
            *rendered(finding.lines, span),
            "  What the history tells:",
            *(history or ["    nothing of it since the start"]),
        ]
    )


def _names(name: str, span: Span, owner: str) -> list[str]:
    if not owner:
        return [name]
    found = [(one.name, one.object) for one in span.changes if one.kind == "Pod"]
    every = [*span.base.pods.items(), *found]
    return sorted({name for name, pod in every if pods.owner_set(pod) == owner})
