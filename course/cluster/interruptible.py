"""Breaks off a thread that does not end by itself: a learner's endless loop."""

from __future__ import annotations

import ctypes
import threading


class Interrupted(BaseException):
    """Raised inside of a thread that is to end. No ``except Exception`` catches it."""


def interrupt(thread: threading.Thread) -> None:
    """Raise Interrupted in a thread, at the next Python instruction that it runs.

    A thread in a system call (a request, a sleep) gets it when that returns. Python has no
    other way to end a thread; what it held is let go of by its own `finally` and `with`.
    """
    if thread.ident is not None and thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(Interrupted)
        )
