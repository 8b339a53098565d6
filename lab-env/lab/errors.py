"""The one kind of error that the lab shows: what happened, why, and the one thing to do next."""


class LabError(Exception):
    """Something the lab can't do, told so that the reader knows how to go on.

    ``what`` says what happened, ``why`` the cause as far as it is known, ``do`` the one thing
    to do next. Each is a sentence or two.
    """

    def __init__(self, what: str, why: str, do: str) -> None:
        super().__init__(what, why, do)
        self.what = what
        self.why = why
        self.do = do

    def __str__(self) -> str:
        return f"{self.what}\n  Why: {self.why}\n  Do:  {self.do}"

    def as_json(self) -> dict[str, str]:
        """Return the three sentences as an object for scripts."""
        return {"what": self.what, "why": self.why, "do": self.do}

    def _render_traceback_(self) -> list[str]:
        """Return the lines that Jupyter prints in place of a traceback."""
        return str(self).splitlines()


def system_error(error: OSError) -> LabError:
    """Tell what the operating system refused, as far as it says."""
    where = f" on {error.filename}" if error.filename else ""
    return LabError(
        f"The system refused something{where}.",
        error.strerror or str(error),
        "Run `lab doctor`: a full disk is the most common cause. Then do the same again.",
    )
