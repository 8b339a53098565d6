"""What a check can find."""

from dataclasses import dataclass

from course.record.text import plain

#: A sentence may quote an object, in which anybody may have written as much as he likes.
LONGEST_LINE = 600


@dataclass(frozen=True)
class _Outcome:
    because: str = ""

    def __str__(self) -> str:
        """The verdict in plain text; each further line is indented, so that none forges one."""
        first, *rest = (plain(line, LONGEST_LINE) for line in self._said().split("\n"))
        return "\n".join([first, *(f"  {line.strip()}" for line in rest)])

    def _said(self) -> str:
        return self.because

    def _ipython_display_(self) -> None:
        """Nothing: ``check`` has printed it already."""


@dataclass(frozen=True)
class NotAttempted(_Outcome):
    """Nothing of what the exercise asks for has been tried."""

    def _said(self) -> str:
        return f"Not tried yet. {self.because}".rstrip()


@dataclass(frozen=True)
class Wrong(_Outcome):
    """It was tried, and ``because`` says what is not as asked."""

    def _said(self) -> str:
        return f"Not yet: {self.because}"


@dataclass(frozen=True)
class Right(_Outcome):
    """It is done; ``because`` says what the cluster shows."""

    def _said(self) -> str:
        return f"Right: {self.because}" if self.because else "Right."


@dataclass(frozen=True)
class CannotTell(_Outcome):
    """It can't be judged; ``because`` says why, and what to do."""

    def _said(self) -> str:
        return f"Can't tell: {self.because}"


Outcome = NotAttempted | Wrong | Right | CannotTell
