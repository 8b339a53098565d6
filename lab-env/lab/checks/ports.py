"""Is a port free for JupyterLab?"""

from __future__ import annotations

from lab.checks.result import Check, failed, ok
from lab.errors import LabError
from lab.ports import choose


def check(wanted: str | None) -> Check:
    """Judge the port that LAB_PORT asks for, or the first free one."""
    try:
        port = choose(wanted)
    except LabError as error:
        return failed("port", f"{error.what} {error.why}", error.do)
    return ok("port", f"JupyterLab would listen on 127.0.0.1:{port}")
