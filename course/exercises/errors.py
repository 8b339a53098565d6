"""What goes wrong in a cell, said in sentences instead of a traceback."""


class CellError(Exception):
    """Ends a cell with its message alone: IPython shows no traceback of it."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class NoChapterError(CellError):
    """The cell speaks of a cluster, and no chapter was opened."""


class ClaimFailedError(CellError, AssertionError):
    """A claim of the text is false, or what it speaks of did not happen in time."""
