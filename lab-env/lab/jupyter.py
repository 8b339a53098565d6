"""`lab open`: JupyterLab on this machine's loopback, with the start page and chapter 1."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from jupyterlab_server.workspaces_handler import WorkspacesManager

from lab import proxies
from lab.errors import LabError
from lab.kubectl import no_lab
from lab.paths import CHECKOUT
from lab.ports import LOOPBACK, choose
from lab.settings import Settings
from lab.trust import trust

CHAPTER = "notebooks/01-introduction.ipynb"
# What writes the start page and says what to open. The lab knows the course by this name alone.
START = "course.chapters.start"
# Two busy cores start it in well under ten seconds.
START_SECONDS = 60.0
ASK_AGAIN_SECONDS = 0.2
END_SECONDS = 15.0
# What JupyterLab shows and asks of its own accord, and a learner has no use for.
OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    # The start page and the documents are there to be read.
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}


def open_jupyter(settings: Settings) -> int:
    """Run JupyterLab until it ends or Ctrl-C, and return its exit status.

    Prints the URL with its token when JupyterLab answers. Raises LabError if there is no lab,
    no free port, or JupyterLab doesn't start.
    """
    if not settings.kubeconfig.exists():
        raise no_lab(settings)
    port = choose(os.environ.get("LAB_PORT"))
    token = secrets.token_hex(24)
    folder = settings.folder / "jupyter"
    _write_overrides(folder)
    inside = environment(settings, folder, token, os.environ)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command(port),
            cwd=CHECKOUT,
            env=inside,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches us alone: JupyterLab would ask on the terminal whether it is meant.
            start_new_session=True,
        )
        before = signal.signal(signal.SIGTERM, _as_interrupt)
        try:
            trust(Path(inside["JUPYTER_DATA_DIR"]))
            first = start_page(settings, inside)
            _wait_until_it_answers(server, port, token, folder / "log")
            print(f"JupyterLab: {url(port, token, first)}", flush=True)
            print("Ctrl-C ends it; the cluster stays.", flush=True)
            return server.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            signal.signal(signal.SIGTERM, before)
            _end(server)


def url(port: int, token: str, first: str = CHAPTER) -> str:
    """Return the address of a file of the checkout in JupyterLab."""
    return f"http://{LOOPBACK}:{port}/lab/tree/{quote(first)}?token={token}"


def start_page(settings: Settings, inside: Mapping[str, str]) -> str:
    """Write the start page, and return the file that a learner should see first.

    The page is written anew each time, with what was done since. JupyterLab has it in a tab of
    its own from the first time on. Without it there is chapter 1 all the same.
    """
    file = CHECKOUT / "build" / "labs" / settings.name / "start.md"
    done = subprocess.run(
        [sys.executable, "-m", START, str(file)],
        cwd=CHECKOUT, env=dict(inside), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        reason = (done.stderr.strip() or "It said nothing.").splitlines()[-1]
        print(f"There is no start page: {reason}", file=sys.stderr)
        return CHAPTER
    _first_tabs(Path(inside["JUPYTERLAB_WORKSPACES_DIR"]), file.relative_to(CHECKOUT))
    return done.stdout.strip()


def _first_tabs(workspaces: Path, start: Path) -> None:
    """Let JupyterLab open with the start page, unless it remembers tabs of the learner's own."""
    if workspaces.is_dir() and any(workspaces.iterdir()):
        return
    tab = f"markdownviewer-widget:{start}"
    dock = {"type": "tab-area", "currentIndex": 0, "widgets": [tab]}
    data = {
        "layout-restorer:data": {"main": {"dock": dock, "current": tab}},
        tab: {"data": {"path": str(start), "factory": "Markdown Preview"}},
    }
    layout = json.dumps({"data": data, "metadata": {"id": "default"}})
    WorkspacesManager(str(workspaces)).save("default", layout)


def command(port: int) -> list[str]:
    """Return the command line of JupyterLab. The token isn't on it: others could read it there."""
    return [
        sys.executable, "-m", "jupyterlab",
        "--no-browser",
        f"--ServerApp.ip={LOOPBACK}",
        f"--ServerApp.port={port}",
        # Another program may take the port before we do: better to say so than to move on.
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={CHECKOUT}",
        # The machine's root user runs the lab where podman needs it; we listen on loopback.
        "--ServerApp.allow_root=True",
        # A rate limit made for remote browsers; the board's updates stay on this machine.
        "--ZMQChannelsWebsocketConnection.iopub_msg_rate_limit=10000",
        # It would run npm, which writes to the user's home folder, to look for language servers.
        "--LanguageServerManager.autodetect=False",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip


def environment(
    settings: Settings, folder: Path, token: str, values: Mapping[str, str]
) -> dict[str, str]:
    """Return what JupyterLab and its kernels run with: ``values``, and the lab's own on top.

    Everything that Jupyter writes goes to the lab's state folder, none of it to the user's.
    """
    programs = [str(Path(sys.executable).parent), str(settings.bin)]
    return {
        **proxies.past_loopback(values),
        "PATH": os.pathsep.join([*programs, values.get("PATH", os.defpath)]),
        "KUBECONFIG": str(settings.kubeconfig),
        "KUBECACHEDIR": str(settings.folder / "kubectl-cache"),
        "LAB_NAME": settings.name,
        "LAB_STATE": str(settings.state),
        "JUPYTER_TOKEN": token,
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def _write_overrides(folder: Path) -> None:
    # JupyterLab reads a machine's overrides from its application folder, which is not ours to
    # change; a user's from labconfig in each configuration folder.
    place = folder / "config" / "labconfig"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    (place / "default_setting_overrides.json").write_text(json.dumps(OVERRIDES, indent=2))


def _wait_until_it_answers(
    server: subprocess.Popen[bytes], port: int, token: str, log: Path
) -> None:
    end = time.monotonic() + START_SECONDS
    while not _answers(port, token):
        if server.poll() is not None:
            raise LabError(
                "JupyterLab ended before it answered.",
                _last_lines(log),
                "Run `lab doctor`, mend what it shows in red, then run `lab open` again.",
            )
        if time.monotonic() > end:
            raise LabError(
                f"JupyterLab gave no answer within {START_SECONDS:.0f} s.",
                _last_lines(log),
                "End programs that you don't need, then run `lab open` again.",
            )
        time.sleep(ASK_AGAIN_SECONDS)


def _answers(port: int, token: str) -> bool:
    # No proxy: it could not reach our loopback address.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(
        f"http://{LOOPBACK}:{port}/api/status", headers={"Authorization": f"token {token}"}
    )
    try:
        with opener.open(request, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _last_lines(log: Path) -> str:
    return "\n       ".join(log.read_text(errors="replace").splitlines()[-8:]) or "It said nothing."


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _end(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
