"""What one kernel owns while it has a chapter open: the lock, and what kubectl goes by."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import IO

import yaml
from kubernetes.config import kube_config

from lab.errors import LabError
from lab.settings import Settings
from lab.state import write_private


def folder(settings: Settings, number: int) -> Path:
    """Return the chapter's own folder inside the lab's, which it makes."""
    path = settings.folder / "chapters" / f"chapter-{number}"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


class ChapterLock:
    """Keeps a second kernel out of a chapter for as long as this one has it open.

    The kernel's end, however it comes, gives it free: no file tells a lie afterwards.
    """

    def __init__(self, settings: Settings, number: int) -> None:
        """Take the lock; raises LabError with the holder's process ID if another has it."""
        self._file: IO[str] = (folder(settings, number) / "lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = self._holder()
            self._file.close()
            raise LabError(
                f"Chapter {number} is open in another kernel{holder}.",
                f"Two kernels in the namespace chapter-{number} would undo each other's work.",
                "Shut that kernel down (Kernel > Shut Down Kernel), then run this cell again.",
            ) from None
        self._note_holder()

    def release(self) -> None:
        """Let another kernel have the chapter."""
        self._file.close()

    def _note_holder(self) -> None:
        said = json.dumps({"pid": os.getpid(), "since": time.time()})
        try:
            os.ftruncate(self._file.fileno(), 0)
            os.write(self._file.fileno(), said.encode())
        except BaseException:
            self.release()
            raise

    def _holder(self) -> str:
        self._file.seek(0)
        try:
            held = json.loads(self._file.read())
            since = time.strftime("%H:%M", time.localtime(held["since"]))
            return f" (process {held['pid']}, since {since})"
        except (ValueError, KeyError, TypeError):
            return ""  # it has just taken the lock and not yet written who it is


def point_kubectl(
    settings: Settings, number: int, environment: MutableMapping[str, str] = os.environ
) -> Path:
    """Make `!kubectl`, and the official client, work in the chapter's namespace.

    A copy of the lab's kubeconfig gets the namespace, so the lab's own stays as it is.
    Returns the copy.
    """
    content = yaml.safe_load(settings.kubeconfig.read_text())
    for context in content["contexts"]:
        if context["name"] == content["current-context"]:
            context["context"]["namespace"] = f"chapter-{number}"
    copy = folder(settings, number) / "kubeconfig"
    write_private(copy, yaml.safe_dump(content, sort_keys=False))
    environment["KUBECONFIG"] = str(copy)
    environment["KUBECACHEDIR"] = str(settings.folder / "kubectl-cache")
    _put_first(environment, str(settings.bin))
    # The client reads KUBECONFIG once, when it is imported, which may have been before.
    kube_config.KUBE_CONFIG_DEFAULT_LOCATION = str(copy)
    return copy


def _put_first(environment: MutableMapping[str, str], folder: str) -> None:
    rest = [each for each in environment.get("PATH", "").split(os.pathsep) if each != folder]
    environment["PATH"] = os.pathsep.join([folder, *rest])
