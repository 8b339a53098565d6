"""Keeps the last line of a `!command` on a slow machine.

IPython runs `!command` through pexpect. When pexpect has waited in vain, and the command writes its
last line and ends just then, pexpect finds it dead and looks no more: the line is lost. On a busy
machine that happens once in some thousand commands, and fails a comparison of outputs.
"""

import os
import select

import pexpect

READ = pexpect.spawn.read_nonblocking


def read_nonblocking(self: pexpect.spawn, size: int = 1, timeout: float = -1) -> bytes | str:
    """Read as pexpect does, with a last look at the end."""
    try:
        return READ(self, size, timeout)
    except pexpect.EOF:
        late = b""
        if not self.closed and select.select([self.child_fd], [], [], 0)[0]:
            try:
                late = os.read(self.child_fd, size)
            except OSError:  # the terminal is closed: that was all
                late = b""
        if not late:
            raise
        return self._decoder.decode(late, final=False)


def install() -> None:
    """Let every `!command` of this kernel be read to its end."""
    pexpect.spawn.read_nonblocking = read_nonblocking
