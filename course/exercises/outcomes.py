"""What a check can find."""

from dataclasses import dataclass


@dataclass(frozen=True)
class _Outcome:
    because: str = ""

    def _ipython_display_(self) -> None:
        """Nothing: ``check`` has printed it already."""


@dataclass(frozen=True)
class NotAttempted(_Outcome):
    """Nothing of what the exercise asks for has been tried."""

    def __str__(self) -> str:
        return f"Not tried yet. {self.because}".rstrip()


@dataclass(frozen=True)
class Wrong(_Outcome):
    """It was tried, and ``because`` says what is not as asked."""

    def __str__(self) -> str:
        return f"Not yet: {self.because}"


@dataclass(frozen=True)
class Right(_Outcome):
    """It is done; ``because`` says what the cluster shows."""

    def __str__(self) -> str:
        return f"Right: {self.because}" if self.because else "Right."


@dataclass(frozen=True)
class CannotTell(_Outcome):
    """It can't be judged; ``because`` says why, and what to do."""

    def __str__(self) -> str:
        return f"Can't tell: {self.because}"


Outcome = NotAttempted | Wrong | Right | CannotTell
