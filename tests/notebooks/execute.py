"""Run notebooks on the test cluster and keep the outputs, without what only clutters a diff.

    python tests/notebooks/execute.py [NOTEBOOK...]

`make notebooks` calls it for all of them. A notebook in which a cell fails is left as it was.
What the board showed is kept as `recordings/NAME.json` beside a chapter: the same history that the
claims were held against, with a mark for the end of each cell. The static site replays it. Of the
solutions the history of each exercise is kept, as `recordings/N.M.json.gz`: unit tests spoil it.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from course.exercises.session import CHAPTER
from course.record import History, cut, read, save

ROOT = Path(__file__).resolve().parents[2]
CELL_SECONDS = 180
# The widget itself lives in the kernel that made it. Its plain text is what stays.
LIVE_ONLY = "application/vnd.jupyter.widget-view+json"
CHECK = re.compile(r'check\("([1-9]\.[1-9][0-9]?)"')
SAVE = "__import__('claim_guard').save_history(__import__('pathlib').Path({!r}))"
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def main(files: list[Path]) -> None:
    """Run the notebooks one after the other."""
    os.environ.update(environment())
    for file in files:
        began = time.monotonic()
        book = nbformat.read(file, as_version=4)
        client = NotebookClient(
            book,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(file.parent)}},
            record_timing=False,
            store_widget_state=False,
            coalesce_streams=True,
        )
        recording = file.with_suffix(".recording")
        # One more cell in the same kernel, which alone has the history.
        book.cells.append(nbformat.v4.new_code_cell(SAVE.format(str(recording))))
        client.execute()
        book.cells.pop()
        clean(book)
        half = file.with_suffix(".half")
        nbformat.write(book, half)
        keep(file, recording, book)
        half.replace(file)
        print(f"{time.monotonic() - began:7.1f} s  {file.relative_to(ROOT)}", flush=True)


def keep(file: Path, recording: Path, book: nbformat.NotebookNode) -> None:
    """Put a chapter's recording, or those of its solved exercises, into their place."""
    if not recording.exists():  # no chapter was open
        return
    history = read(recording)
    recording.unlink()
    if file.parent.name == "solutions":
        kept = {f"{number}.json.gz": part for number, part in solved(history, book).items()}
    else:
        # What was there before the chapter began is no part of it.
        kept = {f"{file.stem}.json": cut(history, history.marks[CHAPTER].index)}
    folder = file.parent / "recordings"
    folder.mkdir(exist_ok=True)
    for name, part in kept.items():
        # It is drafted as a file for its owner alone.
        save(part, folder / name).chmod(0o644)


def solved(history: History, book: nbformat.NotebookNode) -> dict[str, History]:
    """Of each exercise what happened from its beginning until its check had found it right."""
    found = {}
    for cell in book.cells:
        for number in CHECK.findall(cell.source if cell.cell_type == "code" else ""):
            begun, checked = f"exercise {number}", f"In [{cell.execution_count}]"
            marks = history.marks
            found[number] = cut(history, marks[begun].index, marks[checked].index - 1)
    return found


def environment() -> dict[str, str]:
    """Return what the kernels need to reach the test lab."""
    said = subprocess.run(["lab", "status", "--json"], capture_output=True, text=True, timeout=60)
    kubeconfig = Path(json.loads(said.stdout)["kubeconfig"])
    path = [str(Path(sys.executable).parent), str(kubeconfig.parent / "bin"), os.environ["PATH"]]
    here = Path(__file__).parent
    return {
        "KUBECONFIG": str(kubeconfig),
        "PATH": os.pathsep.join(path),
        "IPYTHONDIR": str(ROOT / "build" / "ipython"),
        # As in run.sh: what is kept must stand the guards that the tests have.
        "PYTHONPATH": str(here),
        "PYTHONSTARTUP": str(here / "startup.py"),
        "SHELL": str(here / "strict-sh"),
    }


def clean(book: nbformat.NotebookNode) -> None:
    """Take out what differs from run to run and tells a reader nothing."""
    book.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for number, cell in enumerate(book.cells, 1):
        cell.metadata.pop("execution", None)
        # Cells that were added by hand have random ids; those given by hand stay.
        cell.id = cell.id if not _is_random(cell.id) else f"cell-{number}"
        for output in cell.get("outputs", []):
            _clean_output(output)
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("data", True)]


def _clean_output(output: nbformat.NotebookNode) -> None:
    if "text" in output:
        output.text = _without_checkout(output.text)
    data = output.get("data", {})
    data.pop(LIVE_ONLY, None)
    for kind, value in data.items():
        if isinstance(value, str):
            data[kind] = _without_checkout(value)


def _without_checkout(text: str) -> str:
    return text.replace(f"{ROOT}/", "")


def _is_random(name: str) -> bool:
    """Tell whether Jupyter made this id: 8 hexadecimal digits, or a whole UUID."""
    return len(name) in (8, 36) and set(name) <= set("0123456789abcdef-")


if __name__ == "__main__":
    given = [Path(name).resolve() for name in sys.argv[1:]]
    main(given or sorted((ROOT / "notebooks").glob("**/[0-9]*.ipynb")))
