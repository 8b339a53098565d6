"""The watch and the claims, on the real API server."""

import json
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from course import (
    before,
    check,
    claim,
    created,
    deleted,
    kept,
    ready,
    replaced,
    same_volume,
    served,
    within,
)
from course.chapters.opening import chapter
from course.cluster.kinds import WATCHED
from course.cluster.session import until
from course.exercises import ClaimFailedError, from_here
from course.record import KINDS
from course.record.pods import uid
from lab import nodes


def assert_the_history_is_what_the_server_has(opened):
    snapshot = opened.history.snapshot()
    for kind in WATCHED:
        if kind.name == "Event":
            continue  # several a second, also between the two looks
        real = opened.connection.list(kind, opened.namespace if kind.namespaced else None)
        mine = {uid(each) for each in real if kind.belongs(each, opened.namespace)}
        assert {uid(each) for each in snapshot.objects(kind.name).values()} == mine, kind.name


def test_every_kind_is_told_and_the_history_is_as_new_as_the_server(web, kubectl, manifests):
    kubectl("apply", "-f", str(manifests / "plain.yaml"))
    kubectl("wait", "deployment/plain", "--for=condition=Available", "--timeout=60s")
    assert web.watch.catch_up(10)
    told = {change.kind for change in web.history.changes()}
    assert told == set(KINDS)
    assert_the_history_is_what_the_server_has(web)


def test_what_the_text_claims_of_the_order_is_true_of_a_real_set(web, kubectl, capsys, manifests):
    kubectl("delete", "statefulset", "web")
    kubectl("wait", "pod", "-l", "app=web", "--for=delete", "--timeout=60s")
    assert web.watch.catch_up(10)
    from_here()
    kubectl("apply", "-f", str(manifests / "web.yaml"))
    claim(
        "A Pod is created when the one before it is Ready",
        before(ready("web-0"), created("web-1")),
        before(ready("web-1"), created("web-2")),
    )
    assert "✓ A Pod is created" in capsys.readouterr().out
    with pytest.raises(ClaimFailedError):
        claim("The Pods are made backwards", before(created("web-2"), created("web-0")))


def test_a_pod_that_is_deleted_comes_back_with_its_volume(web, kubectl):
    kubectl("delete", "pod", "web-1", "--wait=false")
    old, new = replaced("web-1")
    claim("One after the other", before(deleted(old), created(new)))
    claim("The volume stayed", same_volume(old, new, "data"), kept("pvc/data-web-1"))


def test_a_namespace_deleted_by_the_learner_is_told_to_the_end(web, kubectl):
    kubectl("delete", "namespace", web.namespace, "--wait=false")
    until("The last Pod going", 60, lambda: not web.history.snapshot().pods)
    assert web.watch.state == "live"
    chapter(web.number, show=False)


def test_while_the_api_server_is_away_the_watch_says_so_and_then_misses_nothing(
    web, kubectl, containers, lab, capfd
):
    control = nodes.names(lab)[0]
    containers.pause(control)
    try:
        until("The watch noticing", 30, lambda: web.watch.state == "away")
        assert not web.watch.catch_up(0.5)
    finally:
        containers.run("unpause", control)
    until("The watch coming back", 30, lambda: web.watch.state == "live")
    kubectl("label", "pod", "web-0", "after=pause")
    assert web.watch.catch_up(10)
    assert web.history.snapshot().pods["web-0"]["metadata"]["labels"]["after"] == "pause"
    assert capfd.readouterr().err == ""


def test_a_claim_in_a_cell_outlasts_an_api_server_that_is_away_for_a_minute(
    web, kubectl, containers, lab, capsys
):
    control = nodes.names(lab)[0]
    kubectl("delete", "pod", "web-1", "--wait=false")
    began = time.monotonic()
    containers.pause(control)
    back = threading.Timer(60, containers.run, ("unpause", control))
    back.start()
    try:
        with pytest.raises(ClaimFailedError, match=r"did not answer within 5 s.*\n.*lab status"):
            claim("Told while nobody answers", created("web-1"), timeout=5)
        assert str(check("1.1")).startswith("Can't tell: the cluster does not answer")
        old, new = replaced("web-1", timeout=150)
        assert time.monotonic() - began > 60
        claim("The gap hides nothing", before(deleted(old), created(new)), ready(new))
    finally:
        back.join()
    out, err = capsys.readouterr()
    assert "✓ The gap hides nothing" in out
    assert err == ""


def test_a_control_plane_that_is_started_anew_leaves_no_hole(web, kubectl, containers, lab):
    control = nodes.names(lab)[0]
    server = urlsplit(web.connection.host)
    source = begun_in_vain(containers, control, (server.hostname, server.port))
    kubectl("delete", "pod", "web-1", "--wait=false")
    containers.run("stop", "-t", "5", control)
    nodes.revive(containers, {control: "exited"})
    old, new = replaced("web-1", timeout=150)
    claim("The gap hides nothing", before(deleted(old), created(new)), ready(new), timeout=60)
    assert web.watch.catch_up(30)
    assert_the_history_is_what_the_server_has(web)
    # The next connection from that port finds the server where it is now.
    socket.create_connection((server.hostname, server.port), 10, source).close()


def begun_in_vain(containers, control, server):
    """Begin a connection that the node never answers; return the address that it came from."""
    with socket.socket() as begun:
        begun.bind((server[0], 0))
        source = begun.getsockname()
        unheard = ("INPUT", "-p", "tcp", "--sport", str(source[1]), "-j", "DROP")
        containers.execute(control, "iptables", "-w", "5", "-I", *unheard)
        begun.settimeout(1)
        with pytest.raises(TimeoutError):
            begun.connect(server)
    return source


def test_a_clock_that_is_set_by_an_hour_changes_no_duration_and_is_told(
    web, kubectl, monkeypatch, capsys
):
    kubectl("delete", "pod", "web-1", "--wait=false")
    machine = time.time
    monkeypatch.setattr(time, "time", lambda: machine() + 3600)
    old, new = replaced("web-1")
    claim("It took seconds", within(deleted(old), ready(new), 60))
    assert "✓ It took seconds" in capsys.readouterr().out
    assert_the_history_is_what_the_server_has(web)
    with pytest.raises(ClaimFailedError, match=r"clock was set forward by 3,600 s"):
        claim("A client was served", served("client", [f"{time.time():.1f} 200 web-0"]))


def test_hostile_labels_and_long_numbers_pass_through_as_text(opened, kubectl):
    hostile = {"a": "<script>alert(1)</script>", "b": "9" * 30, "c": "\u202e\x07"}
    body = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "hostile", "namespace": opened.namespace, "annotations": hostile},
        "spec": {"clusterIP": "None"},
    }
    opened.connection.request("POST", f"/api/v1/namespaces/{opened.namespace}/services", body)
    assert opened.watch.catch_up(10)
    seen = opened.history.snapshot().objects("Service")["hostile"]
    assert seen["metadata"]["annotations"] == hostile
    assert json.dumps(seen)
