"""What becomes of the database when it is given what it should not be: its data is kept."""

import subprocess

import pytest
from faults.database import PSQL
from faults.runner import WHOLE_SECONDS, balance, books, gone, kubectl, scale

from course.cluster.session import until


@pytest.fixture
def whole(database):
    """The database, whole at both ends of a test."""
    until("The database being whole", WHOLE_SECONDS, database.whole)
    yield database
    until("The database being whole", WHOLE_SECONDS, database.whole)


def pod(name: str, path: str) -> str:
    return kubectl("get", "pod", name, "-o", f"jsonpath={{{path}}}", check=False).stdout


def logs(name: str) -> str:
    return kubectl("logs", name, "--tail=50", check=False).stdout


@pytest.mark.timeout(600)
def test_with_one_member_nothing_is_acknowledged_and_with_three_again_nothing_is_lost(whole):
    whole.write("one")
    books(whole.books, "more", "one", "50")
    scale("pg", 1)
    until("Two Pods being gone", 60, lambda: gone("pg-1") and gone("pg-2"))
    # Alone it may be the primary, but nobody has what it is told: so it doesn't say yes.
    books(whole.books, "fails", "one")
    scale("pg", 3)
    books(whole.books, "more", "one", "50", tries=3)
    assert balance(whole.books, "one").lost == 0


@pytest.mark.timeout(600)
def test_with_two_members_writes_go_through_and_with_none_the_data_waits(whole):
    whole.write("two")
    scale("pg", 2)
    until("A Pod being gone", 60, lambda: gone("pg-2"))
    books(whole.books, "more", "two", "50", tries=3)
    scale("pg", 0)
    until("All Pods being gone", 90, lambda: all(gone(f"pg-{n}") for n in range(3)))
    assert kubectl("get", "pvc", "-l", "app=pg", "-o", "name").stdout.count("data-pg-") == 3
    scale("pg", 3)
    books(whole.books, "more", "two", "50", tries=3)
    assert balance(whole.books, "two").lost == 0


@pytest.mark.timeout(600)
def test_a_fourth_member_finds_no_node_of_its_own_and_says_so(whole):
    scale("pg", 4)
    message = ".status.conditions[?(@.type=='PodScheduled')].message"
    until("A word on pg-3", 60, lambda: "topology spread" in pod("pg-3", message))
    whole.write("four")
    books(whole.books, "more", "four", "50")
    scale("pg", 3)
    until("pg-3 being gone", 60, lambda: gone("pg-3"))
    kubectl("delete", "pvc", "data-pg-3", "--ignore-not-found")
    assert balance(whole.books, "four").lost == 0


@pytest.mark.timeout(600)
def test_without_its_secret_a_pod_does_not_start_and_with_it_it_does(whole):
    saved = kubectl("get", "secret", "pg", "-o", "yaml").stdout
    replica = whole.replica()
    kubectl("delete", "secret", "pg")
    kubectl("delete", "pod", replica)
    waiting = ".status.containerStatuses[0].state.waiting"
    until(
        "The missing Secret being told",
        60,
        lambda: '"pg" not found' in pod(replica, waiting + ".message"),
    )
    assert pod(replica, waiting + ".reason") == "CreateContainerConfigError"
    whole.write("secret")
    books(whole.books, "more", "secret", "50")
    subprocess.run(["kubectl", "create", "-f", "-"], input=saved, text=True, check=True)
    assert balance(whole.books, "secret").lost == 0


@pytest.mark.timeout(600)
def test_with_a_wrong_password_a_replica_does_not_follow_and_writes_go_on(whole):
    saved = kubectl("get", "secret", "pg", "-o", "jsonpath={.data.replication}").stdout
    replica = whole.replica()
    change = '{"data": {"replication": "%s"}}'
    kubectl("patch", "secret", "pg", "-p", change % "d3Jvbmc=")
    kubectl("delete", "pod", replica)
    until("The refusal", 90, lambda: "password authentication failed" in logs(replica))
    whole.write("password")
    books(whole.books, "more", "password", "50")
    kubectl("patch", "secret", "pg", "-p", change % saved)
    kubectl("delete", "pod", replica)
    until("The database being whole", WHOLE_SECONDS, whole.whole)
    assert balance(whole.books, "password").lost == 0


@pytest.mark.timeout(600)
def test_a_volume_of_another_cluster_is_refused_and_left_as_it_is(whole):
    replica = whole.replica()
    other = (
        "rm -rf /data/other && initdb -D /data/other >/dev/null && "
        "mv /data/pgdata /data/mine && mv /data/other /data/pgdata"
    )
    kubectl("exec", replica, "--", "sh", "-ec", other)
    kubectl("delete", "pod", replica)
    until("The refusal", 90, lambda: "system ID mismatch" in logs(replica))
    whole.write("other")
    books(whole.books, "more", "other", "50")
    back = "rm -rf /data/pgdata && mv /data/mine /data/pgdata"
    until(
        "Its own data being back",
        60,
        lambda: kubectl("exec", replica, "--", "sh", "-ec", back, check=False).returncode == 0,
    )
    kubectl("delete", "pod", replica)
    until("The database being whole", WHOLE_SECONDS, whole.whole)
    assert balance(whole.books, "other").lost == 0


@pytest.mark.timeout(600)
def test_a_second_primary_made_by_hand_takes_no_write_that_counts(whole):
    whole.write("second")
    books(whole.books, "more", "second", "50")
    replica = whole.replica()
    kubectl("label", "pod", replica, "role=primary", "--overwrite")
    kubectl("exec", replica, "--", *PSQL, "SELECT pg_promote()", check=False)
    until("The database being whole", WHOLE_SECONDS, whole.whole)
    books(whole.books, "more", "second", "50", tries=3)
    assert balance(whole.books, "second").lost == 0
