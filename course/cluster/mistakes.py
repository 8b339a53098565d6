"""Says in a sentence what went wrong in a learner's function, and in which of its lines."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from typing import Any

from course.record.text import plain, short_quotes

MOST = 300


def told(mistake: BaseException, function: Callable[..., Any]) -> str:
    """The mistake in one line: where, its kind, its message; the API server's own where it has one.

    The line is counted in the file or cell that ``function`` stands in.
    """
    where = _line(mistake, function)
    place = f"Line {where} of your cell: " if where else ""
    message = " ".join(short_quotes(_message(mistake)).split())
    return plain(f"{place}{type(mistake).__name__}: {message}", MOST)


def _line(mistake: BaseException, function: Callable[..., Any]) -> int | None:
    """The last line of the function's own cell that the traceback goes through."""
    code = getattr(function, "__code__", None)
    frames = traceback.extract_tb(mistake.__traceback__)
    own = [frame.lineno for frame in frames if code and frame.filename == code.co_filename]
    return own[-1] if own else None


def _message(mistake: BaseException) -> str:
    """The API server puts its reason into the body of the answer, as JSON."""
    body = getattr(mistake, "body", None)
    try:
        return str(json.loads(body)["message"]) if body else str(mistake)
    except (ValueError, KeyError, TypeError):
        return str(mistake)
