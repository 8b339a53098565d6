"""Scripts that faults of a volume run on a node."""

from __future__ import annotations

from course.cluster.session import Session
from lab.errors import LabError
from lab.shell import Finished

SCRIPT_SECONDS = 60.0
FILLER = ".fault-filler"


def filling(folder: str) -> str:
    """Return the lines that fill a file system at a folder, as a script names it.

    They write ever more finely, so that the last few kilobytes are gone as well.
    """
    return f"""for size in 64k 1k; do
    dd if=/dev/zero of="{folder}/{FILLER}" bs=$size oflag=append conv=notrunc 2>/dev/null || true
done
"""


def run(session: Session, node: str, script: str, *arguments: str) -> Finished:
    """Run a script with its arguments on a node; it ends at the first command that fails."""
    words = ("bash", "-euc", script, "fault", *arguments)
    return session.engine.execute(node, *words, timeout=SCRIPT_SECONDS, check=False)


def check(done: Finished, path: str) -> None:
    """Raise LabError when a script that changed the volume at a path has failed."""
    if done.code:
        said = done.err.strip().splitlines() or ["It gave no reason."]
        raise LabError(
            f"The volume at {path} could not be changed.",
            said[-1],
            "Delete the Pod: its next container sees the volume as it is on the disk.",
        )
