"""What the books of both systems share: clients that write, their ledger, and the balance.

A ledger lies outside of the system under test, a line for each event, in Unix seconds:

    ack NAME FIRST_TRY ACKNOWLEDGED    only after the server said so
    err CLIENT TIME REASON             a try that failed; the same write is tried again
    end RUN TIME                       all clients have stopped
"""

import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

LEDGER = Path(os.environ.get("LEDGER", "/ledger"))
CLIENTS, RATE = 4, 25
STOP_SECONDS = START_SECONDS = 30
MORE_SECONDS = 60
stop = threading.Event()


class Client(threading.Thread):
    """Writes one numbered thing after the other, each until it is acknowledged.

    A subclass says how: `send` returns when the server acknowledged, and raises one of
    `errors` when it didn't; `drop` forgets a connection that may be broken.
    """

    errors = (OSError,)

    def __init__(self, run, number, ledger):
        super().__init__()
        self.name, self.ledger, self.acked = f"{run}-{number}", ledger, 0

    def run(self):
        """Write until everything ends."""
        while not stop.is_set():
            self.write(f"{self.name}-{self.acked}", time.time())
            stop.wait(1 / RATE)
        self.drop()

    def write(self, name, began):
        """Try the same write until it is acknowledged, or everything ends."""
        while not stop.is_set():
            try:
                self.send(name)
            except self.errors as error:
                said = " ".join(str(error).split())[:80]
                self.note(f"err {self.name} {time.time():.3f} {type(error).__name__} {said}")
                self.drop()
                stop.wait(0.1)
            else:
                self.note(f"ack {name} {began:.3f} {time.time():.3f}")
                self.acked += 1
                return

    def note(self, line):
        """Add a line to the ledger."""
        self.ledger.write(f"{line}\n")

    def send(self, name):
        """Write this name; return when it was acknowledged."""
        raise NotImplementedError

    def drop(self):
        """Forget the connection."""
        raise NotImplementedError


def start(run, make, where):
    """Let clients write in the background; return when each has been acknowledged once.

    `make(run, number, ledger)` makes one, `where` names what they write to.
    """
    file = LEDGER / f"{run}.log"
    if file.exists():
        sys.exit(f"There is a ledger {run} already: a name used twice would falsify it.")
    file.touch()
    if os.fork() == 0:
        os.setsid()
        said = os.open(LEDGER / f"{run}.err", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (0, 1, 2):
            os.dup2(said, stream)
        _work(run, make, where, file)
        os._exit(0)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if len({name.rsplit("-", 1)[0] for name in waits(run)}) == CLIENTS:
            print(f"{CLIENTS} clients write to {where}, each {RATE} times a second.")
            return
        time.sleep(0.1)
    sys.exit(f"Not every client was acknowledged within {START_SECONDS} s: see `books read {run}`.")


def _work(run, make, where, file):
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    (LEDGER / f"{run}.job").write_text(f"{os.getpid()} {where}")
    with file.open("a", buffering=1) as ledger:
        clients = [make(run, number, ledger) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        ledger.write(f"end {run} {time.time():.3f}\n")


def finish(run):
    """Stop the clients of a run and wait until they have; return what they wrote to."""
    process, where = (LEDGER / f"{run}.job").read_text().split(maxsplit=1)
    if not _ended(run):
        os.kill(int(process), signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while not _ended(run):
        if time.monotonic() > deadline:
            sys.exit(f"The clients did not stop within {STOP_SECONDS} s.")
        time.sleep(0.1)
    return where


def lines(run):
    """The lines of a run's ledger, each as its words."""
    return [line.split() for line in (LEDGER / f"{run}.log").read_text().splitlines()]


def waits(run):
    """How long each acknowledged write waited, in seconds, by its name."""
    return {w[1]: float(w[3]) - float(w[2]) for w in lines(run) if w[0] == "ack" and len(w) == 4}


def more(run, count):
    """Return when so many more writes were acknowledged; an error says that they weren't."""
    wanted, deadline = len(waits(run)) + int(count), time.monotonic() + MORE_SECONDS
    while len(waits(run)) < wanted:
        if time.monotonic() > deadline:
            sys.exit(f"No {count} more writes were acknowledged within {MORE_SECONDS} s.")
        time.sleep(0.1)
    print(f"{int(count):,} more writes were acknowledged.")


def fails(run):
    """Return when a client has given up a try since now; an error says that none did."""

    def failed():
        return sum(words[0] == "err" for words in lines(run))

    before, deadline = failed(), time.monotonic() + MORE_SECONDS
    while failed() == before:
        if time.monotonic() > deadline:
            sys.exit(f"No try failed within {MORE_SECONDS} s.")
        time.sleep(0.1)
    print("A client got no answer, and tries the same write again.")


def _ended(run):
    return any(words[0] == "end" for words in lines(run))


def told(acks, found, order=None):
    """Print the balance; return the exit code, 1 when something acknowledged is missing.

    `acks` maps names to waits, `found` lists what is there; `order` is None where none is
    promised, else whether it was kept.
    """
    times = Counter(found)
    lost = sum(name not in times for name in acks)
    twice = sum(count > 1 for count in times.values())
    print(f"acknowledged  {len(acks):,} writes")
    print(f"found         {len(times):,} writes")
    print(f"LOST          {lost:,} writes" if lost else "lost          0")
    print(f"twice         {twice:,} writes")
    if order is not None:
        print(f"order         {'kept' if order else 'NOT kept'}")
    print(f"longest wait  {max(acks.values(), default=0.0):.1f} s")
    if lost:
        print("The books do NOT balance: acknowledged writes are missing.")
    else:
        print("The books balance: every acknowledged write is there.")
    return 1 if lost else 0


def wait():
    """Do nothing until SIGTERM; the kernel takes away ended writers by itself."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.sigwait({signal.SIGTERM})


def main(document, commands):
    """Run the command that was asked for; print the document for anything else."""
    name, *arguments = sys.argv[1:] or [""]
    if name == "read" and len(arguments) == 1:
        print((LEDGER / f"{arguments[0]}.log").read_text(), end="")
    elif name == "more" and len(arguments) == 2:
        more(*arguments)
    elif name == "fails" and len(arguments) == 1:
        fails(*arguments)
    elif name == "wait" and not arguments:
        wait()
    elif name in commands:
        sys.exit(commands[name](*arguments))
    else:
        sys.exit(document)
