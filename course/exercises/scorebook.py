"""What a learner has done, kept in one small JSON file over chapters and sessions."""

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from course.exercises.errors import CellError

VERSION = 1
#: How long a second kernel waits for the first to finish writing, in seconds.
LOCK_BOUND = 5.0


@dataclass
class Exercise:
    """How far an exercise is: once solved, it stays solved."""

    solved: bool = False
    tries: int = 0
    hints: int = 0


@dataclass
class Guess:
    """A prediction that was held against the cluster: so many right, of so many."""

    chapter: int | None
    right: int
    of: int


@dataclass
class Page:
    """Everything that is kept: exercises by number, guesses by question.

    ``opened`` says when a chapter was opened last, in seconds since 1970, by its number.
    """

    exercises: dict[str, Exercise] = field(default_factory=dict)
    guesses: dict[str, Guess] = field(default_factory=dict)
    opened: dict[str, float] = field(default_factory=dict)

    @property
    def last_opened(self) -> int | None:
        """The chapter that was opened last, if any was."""
        return int(max(self.opened, key=self.opened.__getitem__)) if self.opened else None


class ScorebookError(CellError):
    """The progress could not be kept. The message says why, in a sentence."""


class Scorebook:
    """The file of one lab. Kernels that write at the same time lose nothing of each other."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Page:
        """What is kept now; nothing, when there is no file or it is damaged."""
        try:
            return _page(json.loads(self.path.read_bytes()))
        except (FileNotFoundError, ValueError, TypeError, KeyError, RecursionError):
            return Page()
        except OSError as refused:
            raise ScorebookError(f"Your progress can't be read: {refused.strerror}.") from refused

    def change(self, how: Callable[[Page], None]) -> Page:
        """Read, change and write, while no other kernel does.

        A damaged file is set aside with the ending `.damaged`. Raises ScorebookError when
        the file can't be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                self._set_aside_when_damaged()
                page = self.read()
                how(page)
                self._write(page)
                return page
        except OSError as refused:
            raise ScorebookError(f"Your progress can't be kept: {refused.strerror}.") from refused

    def keep(self, how: Callable[[Page], None]) -> bool:
        """Change as `change` does; where that can't be, print why and return False.

        For those who are of use without a score.
        """
        try:
            self.change(how)
        except ScorebookError as refused:
            print(refused)
            return False
        return True

    def reset(self) -> None:
        """Forget everything."""

        def empty(page: Page) -> None:
            page.exercises.clear()
            page.guesses.clear()
            page.opened.clear()

        self.change(empty)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # The lock is a file of its own: the scorebook itself is replaced by each writing.
        with self.path.with_suffix(".lock").open("a") as lock:
            deadline = time.monotonic() + LOCK_BOUND
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise ScorebookError(
                            "Your progress can't be kept: another notebook is writing to it."
                        ) from None
                    # flock has no bound of its own, so it is asked again.
                    time.sleep(0.01)
            yield

    def _set_aside_when_damaged(self) -> None:
        try:
            _page(json.loads(self.path.read_bytes()))
        except FileNotFoundError:
            return
        except (ValueError, TypeError, KeyError, RecursionError):
            self.path.replace(self.path.with_suffix(".damaged"))

    def _write(self, page: Page) -> None:
        content = json.dumps({"version": VERSION, **asdict(page)}, indent=1, sort_keys=True)
        handle, draft = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(handle, "w") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(self.path)
        finally:
            Path(draft).unlink(missing_ok=True)


def _page(document: Any) -> Page:
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise ValueError("not a scorebook")
    return Page(
        {key: Exercise(**found) for key, found in document["exercises"].items()},
        {key: Guess(**found) for key, found in document["guesses"].items()},
        # A scorebook of an older course doesn't have it.
        {str(int(key)): float(when) for key, when in document.get("opened", {}).items()},
    )
