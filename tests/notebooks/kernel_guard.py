"""Works inside each kernel of a test run: fails a cell for what Jupyter lets pass.

A command that fails, a magic that doesn't exist, a thread that died, an error that went into
the log alone, a claim that was never reached, a claim that would be true turned round.
"""

import json
import logging
import threading
from pathlib import Path
from typing import Any

import claim_guard
import late_output
from stopwatch import Stopwatch

#: Whose logged errors nobody else would see.
LOGGERS = ("course", "asyncio")


class GuardError(Exception):
    """What a cell is failed for. The message says it in a sentence."""


class Guard:
    """Gathers what went wrong in a kernel, and tells it at the end of the cell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.found: list[str] = []
        self.claims = claim_guard.Claims(shell, self.found.append)
        self.stopwatch = Stopwatch()

    def thread_died(self, args: threading.ExceptHookArgs) -> None:
        """Take the place of threading.excepthook."""
        name = args.thread.name if args.thread else "a thread"
        self.found.append(f"A thread died ({name}): {args.exc_type.__name__}: {args.exc_value}")

    def after_cell(self, result: Any) -> None:
        """Fail a cell that seems to have gone well. A failed one has said what matters."""
        unreached = self.claims.unreached(result.info.raw_cell) if result.success else []
        self.found += [f"The claim in line {line} was not reached." for line in unreached]
        if self.found and result.success:
            error = GuardError("\n".join(self.take()))
            result.error_in_exec = error
            self.shell._showtraceback(GuardError, error, str(error).splitlines())
        if result.execution_count is not None:
            claim_guard.mark_cell(result.execution_count)

    def usage_error(self, error: Exception) -> None:
        """Show a wrong magic as an error; IPython only prints it, and nbval passes over it."""
        self.shell._showtraceback(type(error), error, [f"UsageError: {error}"])

    def take(self) -> list[str]:
        """What was found since it was last asked."""
        taken, self.found[:] = list(self.found), []
        return taken


class Listener(logging.Handler):
    """Takes an error in the log for one."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(logging.ERROR)
        self.guard = guard

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it for the end of the cell."""
        self.guard.found.append(f"An error was only logged: {record.getMessage()}")


_guards: list[Guard] = []


def install(shell: Any) -> None:
    """Guard a kernel from now on."""
    if not shell.has_trait("system_raise_on_error"):
        raise GuardError("This IPython can't fail a cell for a failed command.")
    guard = Guard(shell)
    late_output.install()
    shell.system_raise_on_error = True
    shell.show_usage_error = guard.usage_error
    threading.excepthook = guard.thread_died
    for name in LOGGERS:
        logging.getLogger(name).addHandler(Listener(guard))
    shell.events.register("post_run_cell", guard.after_cell)
    guard.claims.install()
    guard.stopwatch.install(shell)
    _guards[:] = [guard]


def finish(history: str) -> str:
    """Save the history to a file, if there is one, and return what is left to say, as JSON."""
    (guard,) = _guards
    claim_guard.save_history(Path(history))
    claims = guard.claims
    return json.dumps(
        {"left": guard.take(), "claims": claims.number, "turned": claims.turned,
         "caught": claims.caught, "steps": guard.stopwatch.seconds}
    )  # fmt: skip
