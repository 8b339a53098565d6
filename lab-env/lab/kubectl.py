"""kubectl on the lab's cluster, and on no other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lab import shell
from lab.errors import LabError
from lab.settings import Settings


@dataclass(frozen=True)
class Kubectl:
    """The lab's kubectl with the lab's kubeconfig."""

    settings: Settings

    def run(self, *args: str, timeout: float = 30, **more: Any) -> shell.Finished:
        """Run kubectl, as ``shell.run`` does. Raises LabError if there is no lab."""
        program = self.settings.bin / "kubectl"
        if not program.exists() or not self.settings.kubeconfig.exists():
            raise no_lab(self.settings)
        env = {
            "KUBECONFIG": str(self.settings.kubeconfig),
            # Without this, kubectl keeps a cache in the user's ~/.kube.
            "KUBECACHEDIR": str(self.settings.folder / "kubectl-cache"),
        }
        limit = f"--request-timeout={max(1, int(timeout) - 1)}s"
        return shell.run([program, limit, *args], timeout=timeout, env=env, **more)

    def json(self, *args: str, timeout: float = 30) -> Any:
        """Run ``kubectl ... -o json`` and return the object."""
        return json.loads(self.run(*args, "-o", "json", timeout=timeout).out)

    def create(self, path: str, thing: dict[str, Any], timeout: float = 30) -> None:
        """Create an object at a path of the API, such as ``/api/v1/namespaces``.

        Without the path kubectl would first ask which kinds there are and how each looks. On a
        cluster that has just started, the answer takes more than a second of a core.
        """
        self.run("create", "--raw", path, "-f", "-", input=json.dumps(thing), timeout=timeout)


def no_lab(settings: Settings) -> LabError:
    """Return the error of a command that needs a lab where there is none."""
    return LabError(
        f"There is no lab named {settings.name}.",
        f"{settings.folder} holds no kubeconfig of a lab that is up.",
        "Run `lab up` (or `make lab`) first.",
    )
