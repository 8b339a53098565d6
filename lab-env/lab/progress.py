"""Telling what a command does, step by step, with the time of each."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text


@dataclass
class Step:
    """One step under way or done."""

    name: str
    started: float
    note: str = ""
    seconds: float | None = None
    failed: bool = False

    def say(self, note: str) -> None:
        """Say what the step is at just now, in a few words."""
        self.note = note


@dataclass
class Progress:
    """The steps of one command; ``seconds`` holds the time of each that ended well.

    This one prints nothing. Steps may be opened from several threads.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Run the body as a step of this name."""
        step = Step(name, time.monotonic())
        with self._guard:
            self.steps.append(step)
            self.began(step)
        try:
            yield step
        except BaseException:
            step.failed = True
            raise
        finally:
            step.seconds = time.monotonic() - step.started
            with self._guard:
                if not step.failed:
                    self.seconds[name] = round(step.seconds, 2)
                self.ended(step)

    def began(self, step: Step) -> None:
        """Show that a step began."""

    def ended(self, step: Step) -> None:
        """Show that a step ended."""

    def tell(self, text: str) -> None:
        """Show a line that belongs to no step."""

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Keep the display up while the body runs."""
        yield


class Quiet(Progress):
    """Progress that is kept and not shown, for ``--json`` and tests."""


class Plain(Progress):
    """Lines for a pipe or a log: one when a step ends, one when a long step begins."""

    def began(self, step: Step) -> None:
        """Print the step's name."""
        print(f"     ...   {step.name}", file=sys.stderr, flush=True)

    def ended(self, step: Step) -> None:
        """Print the step's time and how it ended."""
        mark = "failed" if step.failed else "done"
        print(f"{step.seconds or 0:7.1f} s {step.name}: {mark}", file=sys.stderr, flush=True)

    def tell(self, text: str) -> None:
        """Print the line."""
        print(text, file=sys.stderr, flush=True)


class Terminal(Progress):
    """A table that is redrawn in place, for people."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(stderr=True)

    def tell(self, text: str) -> None:
        """Print the line above the table."""
        self._console.print(text, markup=False, highlight=False)

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Draw the table ten times a second while the body runs."""
        with Live(console=self._console, get_renderable=self._table, refresh_per_second=10):
            yield

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 1))
        for step in list(self.steps):
            seconds = time.monotonic() - step.started if step.seconds is None else step.seconds
            mark, style = _mark(step)
            note = step.note if step.seconds is None else ""
            table.add_row(
                Text(mark, style), Text(f"{seconds:6.1f} s"), Text(step.name), Text(note, "dim")
            )
        return table


def progress(plain: bool | None = None) -> Progress:
    """Return the progress display that fits where standard error goes."""
    if plain is None:
        plain = not sys.stderr.isatty()
    return Plain() if plain else Terminal()


def _mark(step: Step) -> tuple[str, str]:
    if step.seconds is None:
        return "…", "cyan"
    return ("✗", "red") if step.failed else ("✓", "green")
