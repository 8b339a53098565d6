"""The command `lab`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from lab import lock, paths, shell
from lab.down import down
from lab.engine import find
from lab.errors import LabError, system_error
from lab.kubectl import no_lab
from lab.ports import LOOPBACK
from lab.progress import Progress, Quiet, progress
from lab.reset import reset
from lab.settings import Settings
from lab.status import as_text, status

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 only if what was asked is true."""
    asked = _parser().parse_args(arguments)
    try:
        paths.check()
        return int(asked.run(Settings.from_environment(), asked))
    except LabError as error:
        if asked.json:
            print(json.dumps({"error": error.as_json()}, indent=2))
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        shell.stop_all()
        print("Cut off. Run the same command again: it goes on.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left
        return 1
    except OSError as error:
        print(system_error(error), file=sys.stderr)
        return 1


def _up(settings: Settings, asked: argparse.Namespace) -> int:
    from lab.up import up, up_from

    if asked.archive:
        return _changing(
            settings, asked, "up", lambda shown: up_from(settings, asked.archive, shown)
        )
    return _changing(settings, asked, "up", lambda shown: up(settings, shown))


def _export(settings: Settings, asked: argparse.Namespace) -> int:
    from lab.export import export

    return _changing(
        settings,
        asked,
        "export",
        lambda shown: export(settings, asked.file, shown),
        f"{asked.file} is written.",
    )


def _serve(settings: Settings, asked: argparse.Namespace) -> int:
    from lab.classroom import serve

    shown = Quiet() if asked.json else progress()
    with shown.shown(), lock.held(settings.lock, "serve", shown):
        served = serve(settings, asked.address, asked.port, shown)
    if asked.json:
        print(json.dumps({"registry": served.reached_at}, indent=2), flush=True)
    else:
        print(f"The registry answers. On each machine: LAB_REGISTRY={served.reached_at} make lab")
        print("Ctrl-C ends it.", flush=True)
    served.wait()
    return 0


def _start(settings: Settings, asked: argparse.Namespace) -> int:
    from lab.up import start

    return _changing(settings, asked, "start", lambda shown: start(settings, shown))


def _stop(settings: Settings, asked: argparse.Namespace) -> int:
    from lab.up import stop

    return _changing(settings, asked, "stop", lambda shown: stop(settings, shown), "{} is stopped.")


def _reset(settings: Settings, asked: argparse.Namespace) -> int:
    return _changing(settings, asked, "reset", lambda shown: reset(settings, asked.chapter, shown))


def _down(settings: Settings, asked: argparse.Namespace) -> int:
    return _changing(
        settings, asked, "down", lambda shown: down(settings, shown, asked.purge), "{} is gone."
    )


def _load(settings: Settings, asked: argparse.Namespace) -> int:
    return _changing(
        settings, asked, "load", lambda shown: _load_image(settings, asked.image, shown)
    )


def _load_image(settings: Settings, reference: str, shown: Progress) -> None:
    from lab.courseimages import named
    from lab.load import load, own_image

    if not settings.kubeconfig.exists():
        raise no_lab(settings)
    engine = find(settings)
    of_the_course = named(reference, settings, shown)
    if of_the_course:
        load(engine, settings, [of_the_course], shown)
        return
    with tempfile.TemporaryDirectory(prefix="own-", dir=settings.cache) as folder:
        with shown.step(f"save {reference}"):
            image = own_image(engine, reference, Path(folder))
        load(engine, settings, [image], shown)


def _status(settings: Settings, asked: argparse.Namespace) -> int:
    found = status(settings)
    print(as_text(found, asked.json))
    return 0 if found.ready else 1


def _doctor(settings: Settings, asked: argparse.Namespace) -> int:
    from lab.doctor import doctor

    return doctor(settings, asked.json)


def _open(settings: Settings, _: argparse.Namespace) -> int:
    from lab.jupyter import open_jupyter

    return open_jupyter(settings)


def _changing(
    settings: Settings,
    asked: argparse.Namespace,
    command: str,
    work: Callable[[Progress], object],
    closing: str = "{} is ready.",
) -> int:
    """Do the work under the lab's lock; it raises LabError unless what was asked is true."""
    shown = Quiet() if asked.json else progress()
    with shown.shown(), lock.held(settings.lock, command, shown):
        work(shown)
    if not asked.json:
        print(closing.format(settings.name))
    elif command in ("stop", "down", "export"):
        print(json.dumps({"name": settings.name, "done": command}, indent=2))
    else:
        print(as_text(status(settings), as_json=True))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab", description="A real Kubernetes cluster of its own for the course."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("--json", action="store_true", help="print an object for scripts")
        added.set_defaults(run=run)
        return added

    up = command("up", _up, "Make the lab, or make it work again.")
    up.add_argument(
        "--from", dest="archive", metavar="FILE", type=Path,
        help="take what is needed from a file of `lab export`, and nothing from the network",
    )  # fmt: skip
    exported = command("export", _export, "Write what a machine without a network needs.")
    exported.add_argument("file", metavar="FILE", type=Path)
    serving = command("serve", _serve, "Let a room take its images from this machine.")
    serving.add_argument(
        "--address", default=LOOPBACK, help="where to listen; 0.0.0.0 for the whole network"
    )
    serving.add_argument("--port", type=int, default=5000)
    command("status", _status, "Tell whether the lab works, and what it is made of.")
    command("doctor", _doctor, "Check the machine, one line a check.")
    chapter = command("reset", _reset, "Undo all faults and empty the chapters.")
    chapter.add_argument("chapter", nargs="?", type=int, help="only this chapter (1 to 6)")
    command("stop", _stop, "Stop the nodes; their data stays.")
    command("start", _start, "Start the nodes again.")
    gone = command("down", _down, "Delete the lab.")
    gone.add_argument("--purge", action="store_true", help="delete its caches, too")
    image = command(
        "load", _load, "Load an image into all nodes: one of the course's, or the engine's."
    )
    image.add_argument("image")
    command("open", _open, "Start JupyterLab: on chapter 1, later where you left off.")
    return parser
