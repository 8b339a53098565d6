#!/usr/bin/env python3
"""The books of a till: what it acknowledged, noted outside of it, and what is there.

    books start RUN      four customers pay at the till, 25 times a second each
    books more RUN N     waits until N more payments were acknowledged
    books balance RUN    they stop; the till's notes, from standard input, are compared
    books wait           does nothing: what the Pod runs

A customer stays with the till that it found, as long as that one answers.
"""

import http.client
import os
import sys

import ledger

DEADLINE = 3.0


class Client(ledger.Client):
    """Pays at the till; the till acknowledges when its volume has the payment."""

    errors = (OSError, http.client.HTTPException)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.connection = None

    def send(self, name):
        """Return when the till has written it down; raise when it hasn't."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(os.environ["TILL"], 8080, DEADLINE)
        self.connection.request("POST", "/notes", name)
        answer = self.connection.getresponse()
        said = answer.read().decode()
        if answer.status != http.client.CREATED:
            raise OSError(f"{answer.status} {said}")

    def drop(self):
        """Forget the connection."""
        connection, self.connection = self.connection, None
        if connection:
            connection.close()


def start(run):
    """Let the customers pay until they are stopped."""
    ledger.start(run, Client, "the till")


def balance(run):
    """Compare the till's notes with the ledger; return the exit code."""
    ledger.finish(run)
    notes = [line.split()[-1] for line in sys.stdin if line.strip()]
    found = [name for name in notes if name.startswith(f"{run}-")]
    return ledger.told(ledger.waits(run), found)


if __name__ == "__main__":
    ledger.main(__doc__, {"start": start, "balance": balance})
