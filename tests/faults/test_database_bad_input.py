"""What becomes of the database when it is given what it should not be: its data is kept."""

import json

import pytest
from faults.database import PSQL
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

HANDS = """
apiVersion: v1
kind: Pod
metadata: {name: hands}
spec:
  restartPolicy: Never
  tolerations: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]
  securityContext:
    runAsNonRoot: true
    fsGroup: 102
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: hands
      image: lab.local/postgres:v1
      imagePullPolicy: Never
      command: [sh, -ec, %s]
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      volumeMounts: [{name: data, mountPath: /data}]
  volumes:
    - {name: data, persistentVolumeClaim: {claimName: data-pg-2}}
"""


@pytest.fixture
def whole(database):
    with whole_at_both_ends(database) as system:
        yield system


def pod(name: str, path: str) -> str:
    return kubectl("get", "pod", name, "-o", f"jsonpath={{{path}}}", check=False).stdout


def on_the_volume(command: str) -> None:
    """Run a command on the volume of pg-2, which no database may be using."""
    kubectl("create", "-f", "-", given=HANDS % json.dumps(command))
    kubectl("wait", "pod/hands", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s")
    kubectl("delete", "pod", "hands")


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
def test_a_fourth_member_takes_a_copy_and_is_gone_again_without_a_loss(whole):
    scale("pg", 4)
    role = ".metadata.labels.role"
    until("pg-3 being a replica", 120, lambda: pod("pg-3", role) == "replica")
    kubectl("wait", "pod/pg-3", "--for=condition=Ready", "--timeout=60s")
    whole.write("four")
    books(whole.books, "more", "four", "50")
    scale("pg", 3)
    until("pg-3 being gone", 60, lambda: gone("pg-3"))
    kubectl("delete", "pvc", "data-pg-3")
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
    kubectl("create", "-f", "-", given=saved)
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
    scale("pg", 2)
    until("pg-2 being gone", 60, lambda: gone("pg-2"))
    on_the_volume("mv /data/pgdata /data/mine && initdb -D /data/pgdata >/dev/null")
    scale("pg", 3)
    until("The refusal", 90, lambda: "system ID mismatch" in logs("pg-2"))
    whole.write("other")
    books(whole.books, "more", "other", "50")
    scale("pg", 2)
    until("pg-2 being gone", 60, lambda: gone("pg-2"))
    on_the_volume("rm -rf /data/pgdata && mv /data/mine /data/pgdata")
    scale("pg", 3)
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
