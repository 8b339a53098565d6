"""Write what a failed cluster looks like into a folder, and print the ends of it."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lab import shell
from lab.engine import Engine, find
from lab.errors import LabError
from lab.kubectl import Kubectl
from lab.settings import Settings

LAST_LINES = 25
JOURNAL_LINES = "300"
SECONDS = 60.0


def main(folder: Path) -> None:
    """Ask everyone who may know something; one who doesn't answer is noted, too."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_environment()
    kubectl = Kubectl(settings)
    _keep(
        folder / "status.json",
        lambda: shell.run(["lab", "status", "--json"], timeout=SECONDS, check=False),
    )
    _keep(
        folder / "doctor.json",
        lambda: shell.run(["lab", "doctor", "--json"], timeout=SECONDS, check=False),
    )
    _keep(folder / "objects", lambda: kubectl.run("get", "all,pvc,pv", "-A", "-o", "wide"))
    _keep(
        folder / "events",
        lambda: kubectl.run("get", "events", "-A", "--sort-by=.lastTimestamp"),
    )
    _keep(folder / "pods", lambda: kubectl.run("describe", "pods", "-A"))
    try:
        _engine(folder, settings, find(settings))
    except LabError as error:
        (folder / "containers").write_text(str(error))
    print(f"All of it stands in {folder}/.", flush=True)


def _engine(folder: Path, settings: Settings, engine: Engine) -> None:
    _keep(folder / "containers", lambda: engine.run("ps", "-a"))
    for node, state in engine.containers(settings.name).items():
        if state.startswith(("running", "up")):
            journal = ["journalctl", "--no-pager", "-n", JOURNAL_LINES]
            _keep(folder / f"journal-{node}", partial(engine.execute, node, *journal))
        else:
            _keep(folder / f"log-{node}", partial(engine.run, "logs", node))


def _keep(file: Path, ask: Callable[[], shell.Finished]) -> None:
    try:
        said = ask()
        text = said.out + said.err
    except LabError as error:
        text = str(error)
    file.write_text(text)
    print(f"-- {file.name} --", *text.splitlines()[-LAST_LINES:], sep="\n", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
