"""Assertions about a client's requests, from the lines that it wrote: were they answered?

A line is `TIME CODE [POD]`, with Unix time in seconds; code 0 means that no answer came.
The client's clock is the one of this machine, as the history's is.
"""

from collections.abc import Callable, Iterable, Sequence

from course.exercises.assertions import Assertion, Finding, by_clients_times
from course.exercises.facts import Moment
from course.exercises.lines import Line
from course.exercises.span import Span
from course.record.requests import Request, gaps, read


def served(client: str, lines: Iterable[str], since: Moment | None = None) -> Assertion:
    """Each request of the client got an answer."""

    def find(span: Span, sent: Sequence[Request]) -> Finding:
        failed = [one for one in sent if not one.answered]
        if failed:
            line = Line("no answer, the first time", client, time=failed[0].time)
            said = f"{len(failed)} of {len(sent)} requests got no answer."
            return Finding(False, (line,), said)
        return Finding(True, (Line(f"each request answered, {_period(span, sent)}", client),))

    return _judged(f"{client}: each request is answered", client, lines, since, find)


def not_served(client: str, lines: Iterable[str], since: Moment | None = None) -> Assertion:
    """No request of the client got an answer."""

    def find(span: Span, sent: Sequence[Request]) -> Finding:
        good = [one for one in sent if one.answered]
        if good:
            line = Line(f"answered by {good[0].pod or 'something'}", client, time=good[0].time)
            return Finding(False, (line,), f"{len(good)} of {len(sent)} requests got an answer.")
        return Finding(True, (Line(f"no request answered, {_period(span, sent)}", client),))

    return _judged(f"{client}: no request is answered", client, lines, since, find)


def served_again(client: str, lines: Iterable[str], since: Moment | None = None) -> Assertion:
    """The client got no answer for a time, and then it got answers again."""

    def find(_: Span, sent: Sequence[Request]) -> Finding:
        found = gaps(sent)
        if not found:
            return Finding(False, because="Each request was answered.")
        begins, ends = found[0][0], found[-1][1]
        first = Line("no answer, the first time", client, time=begins)
        if ends is None:
            return Finding(False, (first,), "The last request got no answer.")
        return Finding(True, (first, Line("answered again", client, time=ends)))

    return _judged(f"{client}: an answer again after none", client, lines, since, find)


def _judged(
    said: str,
    client: str,
    lines: Iterable[str],
    since: Moment | None,
    find: Callable[[Span, Sequence[Request]], Finding],
) -> Assertion:
    requests = read(lines)

    @by_clients_times
    def judge(span: Span) -> Finding:
        start = since.find(span) if since else None
        if since and start is None:
            return Finding(None, because=f"This did not happen: {since.said}.")
        sent = [one for one in requests if start is None or one.time >= start.time]
        # No request would make each of these sentences true.
        if not sent:
            return Finding(False, because=f"{client} has written down no request of that time.")
        return find(span, sent)

    return Assertion(said, judge, (since.subject,) if since else ())


def _period(span: Span, sent: Sequence[Request]) -> str:
    return f"from {span.relative(sent[0].time)} to {span.relative(sent[-1].time)}"
