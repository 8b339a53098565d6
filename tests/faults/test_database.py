"""Nothing acknowledged is lost at the safe settings, whatever breaks; the unsafe one is caught."""

import pytest
from faults.database import delete, lose_volume
from faults.runner import (
    WHOLE_SECONDS,
    balance,
    books,
    kubectl,
    plan,
    play,
    whole_at_both_ends,
)

from course.cluster import faults
from course.cluster.session import until


@pytest.mark.timeout(3600)
def test_nothing_that_was_acknowledged_is_lost_by_random_faults(database, rounds):
    count, seed = rounds
    played = []
    for each in play(database, plan(database.breakages, count, seed), f"seed{seed}"):
        print(each, flush=True)
        played.append(each)
    assert [str(each) for each in played if each.balance.lost] == []
    assert all(each.balance.acknowledged >= 200 for each in played)


@pytest.mark.timeout(600)
def test_what_only_the_primary_had_is_lost_with_its_volume_and_the_books_say_so(database):
    until("The database being whole", WHOLE_SECONDS, database.whole)
    database.set("synchronous_mode=false")
    until("Nobody being in step", 30, lambda: database.in_step() == "")
    database.write("unsafe")
    hit = database.primary()
    with faults.cut_between(hit, *database.replicas()):
        books(database.books, "more", "unsafe", "300")
        lose_volume(hit)
    books(database.books, "more", "unsafe", "50", tries=3)
    found = balance(database.books, "unsafe")
    database.set("synchronous_mode=true")
    assert found.lost >= 200
    assert found.acknowledged > found.lost


def test_a_setting_is_changed_only_when_the_change_of_the_primary_is_noted(database):
    with whole_at_both_ends(database):
        old = database.primary()
        delete(old)
        until("Another primary", WHOLE_SECONDS, lambda: database.primary() != old)
        # Its primary writes the note again, as it did after its election.
        kubectl("annotate", "configmap", "pg-config", "history-")
        database.noted()
        path = "jsonpath={.metadata.annotations.history}"
        assert kubectl("get", "configmap", "pg-config", "-o", path).stdout
