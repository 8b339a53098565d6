"""Kill the kernel in the middle of chapters, then run them whole: nothing may stand in the way.

    python tests/notebooks/cut_short.py [NOTEBOOK...]

`make test-cut-short` calls it for all chapters. The test lab must be up. What the first half
has left in the cluster, a fault among it, is what the second run finds. No notebook is written.
"""

import os
import signal
import sys
import time
from pathlib import Path

import nbformat
from execute import CELL_SECONDS, ROOT, environment
from nbclient import NotebookClient


def main(files: list[Path]) -> None:
    """Cut each chapter short, and run it; the first cell that fails ends it all."""
    os.environ.update(environment())
    for file in files:
        began = time.monotonic()
        last = cut_short(file)
        client(file).execute()
        print(
            f"{time.monotonic() - began:7.1f} s  {file.relative_to(ROOT)}: killed after {last!r}, "
            "and whole in a new kernel",
            flush=True,
        )


def client(file: Path) -> NotebookClient:
    """A kernel of its own for a copy of the notebook."""
    return NotebookClient(
        nbformat.read(file, as_version=4),
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(file.parent)}},
    )


def cut_short(file: Path) -> str:
    """Run the first half of the cells, kill the kernel, and return the last line that it ran."""
    half = client(file)
    cells = [index for index, cell in enumerate(half.nb.cells) if cell.cell_type == "code"]
    chosen = cells[: len(cells) // 2]
    with half.setup_kernel():
        for index in chosen:
            half.execute_cell(half.nb.cells[index], index)
        os.kill(half.km.provisioner.process.pid, signal.SIGKILL)
    return half.nb.cells[chosen[-1]].source.splitlines()[-1]


if __name__ == "__main__":
    given = [Path(name).resolve() for name in sys.argv[1:]]
    main(given or sorted((ROOT / "notebooks").glob("0[1-9]*.ipynb")))
