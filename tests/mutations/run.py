"""Turn fields of the chapters' manifests round, one at a time: each chapter must then go red.

    python tests/mutations/run.py [COUNT] [SEED]

runs COUNT of them (default 3), drawn by SEED (default 1); COUNT 0 runs all, which takes hours.
Left out is what `wiring.py` tells without a cluster, and what `harmless.py` gives a reason for.
The lab must be up. Exits with 1 if one was not caught. `make test-mutations` calls it.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from harmless import reason
from manifests import Mutation, mutations
from wiring import tells

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutations"
MANIFESTS = ROOT / "notebooks" / "manifests"
MINUTES = 15
#: What a run says of the cell that failed.
FAILED = re.compile(r"^(?:FAILED|ERROR) notebooks/\S+::(Cell \d+)", re.MULTILINE)


def main(count: int, seed: int) -> int:
    """Run the chosen mutations and print the share that was caught."""
    every = for_the_cluster()
    chosen = random.Random(seed).sample(every, min(count, len(every))) if count else every
    caught = 0
    for number, mutation in enumerate(chosen, 1):
        began = time.monotonic()
        cell = first_failure(mutation)
        caught += cell is not None
        said = f"caught by {cell}" if cell else "NOT CAUGHT"
        seconds = time.monotonic() - began
        print(f"{number} of {len(chosen)}: {mutation}: {said} ({seconds:.0f} s)", flush=True)
    print(f"{caught} of {len(chosen)} caught; there are {len(every)}. Seed {seed}.")
    return 0 if caught == len(chosen) else 1


def for_the_cluster() -> list[Mutation]:
    """Those that only the run of a chapter can catch, in a fixed order."""
    return [one for one in mutations(MANIFESTS) if not tells(one) and not reason(one)]


def first_failure(mutation: Mutation) -> str | None:
    """The cell in which the chapter went red with the mutation, or None if it stayed green.

    Raises RuntimeError when the run failed in no cell: then it says nothing.
    """
    fresh_copy()
    # A chapter that was left in the middle may have left a node stopped.
    subprocess.run(["lab", "up"], capture_output=True, check=True)
    mutation.apply(COPY / "notebooks" / "manifests")
    # What only an exercise needs, only its solution shows: it is not waited for.
    books = (COPY / "notebooks").glob(f"**/{mutation.chapter}-*.ipynb")
    for book in sorted(books, key=lambda book: (mutation.file.name not in book.read_text(), book)):
        if cell := failing_cell(str(book.relative_to(COPY))):
            return cell
    return None


def failing_cell(book: str) -> str | None:
    """Run a notebook of the copy; the first cell that failed, or None if it stayed green."""
    done = subprocess.run(
        ["tests/notebooks/run.sh", book],
        cwd=COPY,
        capture_output=True,
        text=True,
        timeout=MINUTES * 60,
        check=False,
    )
    if done.returncode == 0:
        return None
    cells = FAILED.findall(done.stdout)
    if not cells:
        said = (done.stdout + done.stderr)[-3000:]
        raise RuntimeError(f"The run of {book} failed in no cell:\n{said}")
    return f"{cells[0]} of {book}"


def fresh_copy() -> None:
    """Make build/mutations a copy of what is committed, with this checkout's environment."""
    shutil.rmtree(COPY, ignore_errors=True)
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, COPY], check=True)
    (COPY / ".venv").symlink_to(ROOT / ".venv")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:3]]
    sys.exit(main(*numbers, *(3, 1)[len(numbers) :]))
