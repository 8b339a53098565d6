#!/usr/bin/env python3
"""The books of a queue: what it acknowledged, noted outside of it, and what is there.

    books start RUN QUEUE [KIND]    four clients write to the queue, 25 times a second each
    books stop RUN                  they stop
    books balance RUN               they stop; the queue is emptied, and compared with the ledger
    books fails RUN                 waits until a client has got no answer
    books more RUN 100              waits until so many more were acknowledged
    books silent RUN 5              waits until nothing was acknowledged for so many seconds
    books read RUN                  the ledger: a line for each write acknowledged or failed
    books wait                      does nothing: what the Pod runs

KIND is quorum (default), durable or transient: the last two are queues of a single node.
A client gives a write up when no answer has come after 6 seconds, and writes the same again.
"""

import os
import time
from contextlib import closing
from functools import partial

import ledger
import pika
from pika.exceptions import AMQPError

DEADLINE = 6.0


def connection(host=None):
    """Connect to any node, through the Service; no answer within seconds is an error."""
    return pika.BlockingConnection(
        pika.ConnectionParameters(
            host or os.environ["MQ_HOST"],
            credentials=pika.PlainCredentials(os.environ["MQ_USER"], os.environ["MQ_PASSWORD"]),
            heartbeat=6,
            socket_timeout=2,
            stack_timeout=4,
            blocked_connection_timeout=DEADLINE,
        )
    )


def declare(channel, queue, kind):
    """Make the queue, or find it as it is."""
    arguments = {"x-queue-type": "quorum" if kind == "quorum" else "classic"}
    channel.queue_declare(queue, durable=kind != "transient", arguments=arguments)


class Client(ledger.Client):
    """Publishes messages, each confirmed by the queue."""

    errors = (AMQPError, OSError)

    def __init__(self, queue, kind, run, number, ledger):
        """Remember where to write to; the connection is made with the first message.

        One client begins at the first node, so that somebody notices when that one is cut off.
        The others begin, and all go on, wherever the Service leads them.
        """
        super().__init__(run, number, ledger)
        self.queue, self.kind, self.channel = queue, kind, None
        self.host = os.environ["MQ_FIRST"] if number == 0 else None

    def send(self, name):
        """Return when the queue has said that it has the message; raise when it hasn't."""
        if self.channel is None:
            host, self.host = self.host, None
            self.channel = connection(host).channel()
            self.channel.confirm_delivery()
            declare(self.channel, self.queue, self.kind)
        # BlockingConnection has no time limit for a confirm; the connection inside of it has.
        inside = self.channel.connection._impl
        timer = inside._adapter_call_later(DEADLINE, too_late)
        # Without mandatory a message that fits no queue is acknowledged, and thrown away.
        self.channel.basic_publish(
            "", self.queue, name, pika.BasicProperties(delivery_mode=2), mandatory=True
        )
        inside._adapter_remove_timeout(timer)

    def drop(self):
        """Forget the connection; one that is broken can't be closed in good order."""
        channel, self.channel = self.channel, None
        transport = channel.connection._impl._transport if channel else None
        if transport:
            transport.abort()


def too_late():
    """End the wait for a confirm, as an error of the connection would."""
    raise TimeoutError(f"no answer within {DEADLINE:g} s")


def start(run, queue, kind="quorum"):
    """Let the clients write until they are stopped.

    The node that a queue is declared at has its leader. Here it is the first.
    """
    with closing(connection(os.environ["MQ_FIRST"])) as first:
        declare(first.channel(), queue, kind)
    ledger.start(run, partial(Client, queue, kind), queue)


def stop(run):
    """Stop the clients, and leave the queue as it is."""
    ledger.finish(run)


def silent(run, seconds):
    """Return when nothing was acknowledged for so many seconds; an error says that it never was."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        acked = [float(words[3]) for words in ledger.lines(run) if words[0] == "ack"]
        if time.time() - max(acked) >= float(seconds):
            return print(f"Nothing was acknowledged for {seconds} s.")
        time.sleep(0.1)
    return "Writes went on being acknowledged."


def balance(run):
    """Stop the clients, and compare what the queue holds with the ledger."""
    queue = ledger.finish(run)
    acks = ledger.waits(run)
    found = emptied(queue, acks)
    return ledger.told(acks, found, order=in_order(found))


def emptied(queue, wanted):
    """Take all messages out of the queue, each acknowledged, in their order.

    A pause doesn't say that it is empty: a new leader may be busy, or send its consumers away.
    So it is read from until all that is wanted came, or nothing came for as long as a client waits.
    """
    channel, found, missing = connection().channel(), [], set(wanted)
    channel.basic_qos(prefetch_count=500)
    heard = time.monotonic()
    while time.monotonic() - heard < (DEADLINE if missing else 1.0):
        message = next(channel.consume(queue, inactivity_timeout=0.5), None)
        if message and message[0]:
            method, _, body = message
            found.append(body.decode())
            missing.discard(found[-1])
            channel.basic_ack(method.delivery_tag)
            heard = time.monotonic()
    channel.connection.close()
    return found


def in_order(found):
    """Whether each client's messages came in the order it wrote them, the first time each."""
    last = {}
    for name in dict.fromkeys(found):
        client, _, number = name.rpartition("-")
        if int(number) < last.get(client, -1):
            return False
        last[client] = int(number)
    return True


if __name__ == "__main__":
    ledger.main(__doc__, {"start": start, "stop": stop, "silent": silent, "balance": balance})
