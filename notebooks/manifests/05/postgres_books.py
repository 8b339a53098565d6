#!/usr/bin/env python3
"""The books of a database: what it acknowledged, noted outside of it, and what is there.

    books start RUN      four clients insert into the table books, 25 times a second each
    books more RUN N     waits until N more writes were acknowledged
    books fails RUN      waits until a client has given a try up
    books stop RUN       they stop
    books balance RUN    they stop; the table and the ledger are compared
    books read RUN       the ledger: a line for each write acknowledged or failed
    books wait           does nothing: what the Pod runs

A client gives a write up when no answer has come after 6 seconds, and writes the same again.
"""

import os
import select
import time

import ledger
import psycopg2
from psycopg2 import extensions

DEADLINE = 6.0
# A backend that was told to stop waiting for a replica acknowledges all the same, and says so.
NOT_REPLICATED = "canceling wait for synchronous replication"


def wait_for_answer(connection):
    """Wait for the server, but not for ever: on a Pod that was cut off nothing ever comes."""
    deadline = time.monotonic() + DEADLINE
    while True:
        state = connection.poll()
        if state == extensions.POLL_OK:
            return
        left = deadline - time.monotonic()
        reads = [connection.fileno()] if state == extensions.POLL_READ else []
        writes = [connection.fileno()] if state == extensions.POLL_WRITE else []
        if left <= 0 or not any(select.select(reads, writes, [], left)):
            raise TimeoutError(f"no answer within {DEADLINE:g} s")


def connect():
    """Connect to the primary, through its Service; the rest of the login is in PG* variables."""
    made = psycopg2.connect(connect_timeout=3)
    made.autocommit = True
    return made


class Client(ledger.Client):
    """Inserts rows, a transaction each."""

    errors = (psycopg2.Error, OSError, RuntimeError)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.connection = None

    def send(self, name):
        """Insert a row; return when the transaction was acknowledged."""
        if self.connection is None:
            self.connection = connect()
        with self.connection.cursor() as cursor:
            cursor.execute("INSERT INTO books (name) VALUES (%s)", (name,))
        if any(NOT_REPLICATED in notice for notice in self.connection.notices):
            raise RuntimeError(NOT_REPLICATED)

    def drop(self):
        """Forget the connection. Closing needs no answer of the server."""
        connection, self.connection = self.connection, None
        if connection:
            connection.close()


def start(run):
    """Make the table if need be, and let the clients write."""
    # Without a primary key on purpose: what was written twice is to be seen.
    with connect().cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS books (name text, at timestamptz DEFAULT now())")
    ledger.start(run, Client, "postgres")


def balance(run):
    """Compare the table with the ledger; return the exit code."""
    ledger.finish(run)
    with connect().cursor() as cursor:
        cursor.execute("SELECT name FROM books WHERE starts_with(name, %s)", (f"{run}-",))
        found = [name for (name,) in cursor.fetchall()]
    return ledger.told(ledger.waits(run), found)


def stop(run):
    """End the clients."""
    ledger.finish(run)


if __name__ == "__main__":
    extensions.set_wait_callback(wait_for_answer)
    os.environ.setdefault("PGAPPNAME", "books")
    ledger.main(__doc__, {"start": start, "stop": stop, "balance": balance})
