"""What becomes of the queue when it is given what it should not be: what it confirmed is kept."""

import pytest
from faults.runner import (
    WHOLE_SECONDS,
    balance,
    books,
    gone,
    kubectl,
    logs,
    scale,
    whole_at_both_ends,
)

from course.cluster.session import until

REFUSAL = "rejected. Invalid challenge reply"
FLOOD = """
from contextlib import closing
import pika
from rabbitmq_books import connection

with closing(connection()) as made:
    channel = made.channel()
    channel.confirm_delivery()
    channel.queue_declare("flood", durable=True, arguments={"x-queue-type": "classic"})
    body, confirmed = b"x" * 4_000_000, 0
    try:
        for _ in range(200):
            channel.basic_publish("", "flood", body, pika.BasicProperties(delivery_mode=1))
            confirmed += 1
    except Exception as error:
        print(type(error).__name__)
print(confirmed)
"""
COUNT = """
from rabbitmq_books import connection

channel = connection().channel()
found = 0
# One at a time: more would take the broker's memory on their way out.
while channel.basic_get("flood", auto_ack=True)[0]:
    found += 1
print(found)
"""


@pytest.fixture
def whole(queue):
    with whole_at_both_ends(queue) as system:
        yield system


def python(program: str) -> str:
    return kubectl("exec", "mq-books", "--", "python3", "-c", program).stdout


@pytest.mark.timeout(600)
def test_with_one_node_of_three_nothing_is_confirmed_and_nothing_is_lost(whole):
    whole.write("one")
    books(whole.books, "more", "one", "50")
    scale("mq", 1)
    until("Two Pods being gone", 120, lambda: gone("mq-1") and gone("mq-2"))
    books(whole.books, "silent", "one", "5")
    scale("mq", 3)
    until("The queue being whole", WHOLE_SECONDS, whole.whole)
    books(whole.books, "more", "one", "50", tries=3)
    assert balance(whole.books, "one").lost == 0


@pytest.mark.timeout(600)
def test_with_two_nodes_messages_are_confirmed_and_with_none_they_wait(whole):
    whole.write("two")
    books(whole.books, "more", "two", "50")
    scale("mq", 2)
    until("A Pod being gone", 90, lambda: gone("mq-2"))
    books(whole.books, "more", "two", "50", tries=2)
    scale("mq", 0)
    until("All Pods being gone", 120, lambda: all(gone(f"mq-{n}") for n in range(3)))
    scale("mq", 3)
    until("The queue being whole", WHOLE_SECONDS, whole.whole)
    books(whole.books, "more", "two", "50", tries=3)
    assert balance(whole.books, "two").lost == 0


@pytest.mark.timeout(600)
def test_with_another_cookie_a_node_is_not_let_in_and_the_others_go_on(whole):
    saved = kubectl("get", "secret", "mq", "-o", "jsonpath={.data.cookie}").stdout
    change = '{"data": {"cookie": "%s"}}'
    whole.write("cookie")
    books(whole.books, "more", "cookie", "50")
    follower = whole.follower()
    kubectl("patch", "secret", "mq", "-p", change % "d3Jvbmc=")
    kubectl("delete", "pod", follower)
    until("The others refusing it", 60, lambda: REFUSAL in logs(follower))
    books(whole.books, "more", "cookie", "50")
    assert not whole.whole()
    kubectl("patch", "secret", "mq", "-p", change % saved)
    kubectl("delete", "pod", follower)
    until("The queue being whole", WHOLE_SECONDS, whole.whole)
    assert balance(whole.books, "cookie").lost == 0


@pytest.mark.timeout(600)
def test_a_queue_longer_than_the_memory_limit_stops_its_writers_and_kills_nobody(whole):
    restarts = "jsonpath={.items[*].status.containerStatuses[0].restartCount}"
    before = kubectl("get", "pods", "-l", "app=mq", "-o", restarts).stdout
    confirmed = int(python(FLOOD).split()[-1])
    found = int(python(COUNT).split()[-1])
    assert found >= confirmed > 0
    assert kubectl("get", "pods", "-l", "app=mq", "-o", restarts).stdout == before
