"""The last line of a command is kept, also where pexpect would lose it."""

import importlib
from pathlib import Path

import pexpect
import pytest

HARNESS = Path(__file__).parents[1] / "notebooks"


@pytest.fixture
def late(monkeypatch):
    """The module; what it does to pexpect is undone afterwards."""
    monkeypatch.syspath_prepend(str(HARNESS))
    module = importlib.import_module("late_output")
    monkeypatch.setattr(pexpect.spawn, "read_nonblocking", module.READ)
    return module


class Ends(pexpect.spawn):
    """A command that ends with a last line just when it is asked, after a wait, if it lives."""

    questions = None

    def isalive(self):
        # A read asks before it waits, and after it has waited in vain.
        self.questions = None if self.questions is None else self.questions + 1
        if self.questions == 2:
            self.send("go\n")
            self.ptyproc.wait()
        return super().isalive()


def said() -> bytes:
    command = Ends("sh", ["-c", "stty -echo; echo ready; read go; echo last"], timeout=10)
    assert command.readline() == b"ready\r\n"
    command.questions = 0
    # A wait in vain may end as one, or as the end: that is pexpect's to say.
    while command.expect_list([pexpect.TIMEOUT, pexpect.EOF], 0.05) == 0:
        assert command.questions
    return command.before


def test_a_line_that_comes_with_the_end_is_kept(late):
    assert b"last" not in said()
    late.install()
    assert said() == b"last\r\n"
