"""Nothing confirmed is lost by a quorum queue, whatever breaks; a transient one is caught."""

import pytest
from faults.runner import WHOLE_SECONDS, balance, books, kubectl, plan, play

from course.cluster.session import until


@pytest.mark.timeout(3600)
def test_nothing_that_was_confirmed_is_lost_by_random_faults(queue, rounds):
    count, seed = rounds
    played = []
    for each in play(queue, plan(queue.breakages, count, seed), f"seed{seed}"):
        print(each, flush=True)
        played.append(each)
    assert [str(each) for each in played if each.balance.lost] == []
    assert all(each.balance.acknowledged >= 200 for each in played)


@pytest.mark.timeout(600)
def test_what_a_transient_queue_confirmed_is_lost_with_its_node_and_the_books_say_so(queue):
    until("The queue being whole", WHOLE_SECONDS, queue.whole)
    books(queue.books, "start", "unsafe", "quick", "transient")
    books(queue.books, "more", "unsafe", "300")
    kubectl("delete", "pod", "mq-0")
    books(queue.books, "more", "unsafe", "50", tries=3)
    found = balance(queue.books, "unsafe")
    assert found.lost >= 300
    assert found.acknowledged > found.lost
