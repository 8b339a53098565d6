"""The watch against a small API server, over real HTTP, that misbehaves when told to."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from course.cluster.backoff import BackOff
from course.cluster.kinds import NODE, POD, Kind
from course.cluster.stream import Transport
from course.cluster.watch import Watch

VOLUME = Kind("PersistentVolume", "v1", "persistentvolumes", namespaced=False)


class Server(ThreadingHTTPServer):
    """Objects of any kind in memory, with resourceVersions, watches and bad days."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.version, self.objects, self.log = 10, {}, []
        self.oldest = 0  # versions before this are answered with 410
        self.changed = threading.Condition()
        self.cut_after = self.silent = self.refuse = self.ended = None
        self.says_gone = True  # inside an open stream, too
        self.lists, self.watches, self.sockets = 0, 0, set()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a client that hangs up is what these tests are about

    def put(self, name, uid=None, plural="pods", what=None, **more):
        with self.changed:
            self.version += 1
            old = self.objects.get((plural, name))
            what = what or ("MODIFIED" if old else "ADDED")
            uid = uid or (old["metadata"]["uid"] if old else f"uid-{self.version}")
            meta = {"name": name, "uid": uid, "resourceVersion": str(self.version)}
            thing = {"metadata": {**meta, "managedFields": [{}]}, **more}
            self.objects[plural, name] = thing
            if what == "DELETED":
                del self.objects[plural, name]
            self.log.append((self.version, plural, {"type": what, "object": thing}))
            self.changed.notify_all()
        return uid

    def delete(self, name, plural="pods"):
        self.put(name, plural=plural, what="DELETED")

    def forget(self):
        """Compact: no watch may start before now."""
        with self.changed:
            self.oldest, self.log = self.version, []
            self.changed.notify_all()

    def away(self):
        """Close the port and every connection."""
        self.ended = True
        self.shutdown()
        self.server_close()
        with self.changed:
            self.changed.notify_all()
        for each in list(self.sockets):
            each.close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def setup(self):
        super().setup()
        self.server.sockets.add(self.connection)

    def do_GET(self):
        address = urlsplit(self.path)
        plural, query = address.path.rsplit("/", 1)[1], parse_qs(address.query)
        if self.server.refuse:
            return self.answer(self.server.refuse, {})
        if "watch" not in query:
            return self.list(plural)
        self.server.watches += 1
        since = int(query["resourceVersion"][0])
        if since < self.server.oldest:
            return self.answer(410, {"code": 410})
        return self.watch(plural, since, float(query["timeoutSeconds"][0]))

    def answer(self, code, body):
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def list(self, plural):
        with self.server.changed:
            items = [dict(t) for (p, _), t in self.server.objects.items() if p == plural]
            self.server.lists += "as=Partial" not in self.headers["Accept"]
            body = {"metadata": {"resourceVersion": str(self.server.version)}}
            body["items"] = items or None  # as the real one does
        self.answer(200, body)

    def watch(self, plural, since, seconds):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        server, end = self.server, time.monotonic() + seconds
        cut = time.monotonic() + server.cut_after if server.cut_after is not None else None
        while time.monotonic() < end and not server.ended:
            with server.changed:
                if since < server.oldest:
                    gone = {"type": "ERROR", "object": {"code": 410}}
                    return self.write(gone if server.says_gone else None, last=True)
                news = [each for each in server.log if each[0] > since]
                if not news or server.silent:
                    server.changed.wait(0.02)
            if cut and time.monotonic() > cut:
                self.wfile.write(b"40\r\n{half")  # a chunk that never ends
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return None
            if server.silent:
                end = time.monotonic() + 5
                continue
            for version, kind, event in news:
                since = version
                if kind == plural:
                    self.write(event)
        return self.write(None, last=True) if not server.ended else None

    def write(self, event, last=False):
        if event:
            line = json.dumps(event).encode() + b"\n"
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        if last:
            self.wfile.write(b"0\r\n\r\n")


@pytest.fixture
def server():
    made = Server()
    yield made
    made.away()


@pytest.fixture
def watching(server, monkeypatch):
    """Start a watch of the server; its changes are in `.told` as (what, name, uid)."""
    started = []

    def start(*kinds, silence=1.0, server_seconds=8):
        pool = urllib3.PoolManager(maxsize=8)
        host = f"http://127.0.0.1:{server.server_address[1]}"
        transport = Transport(pool, host, silence=silence, server=server_seconds)
        told = []

        def sink(kind, what, thing, when):
            told.append((what, thing["metadata"]["name"], thing["metadata"]["uid"]))
            last.update(thing=thing, kind=kind)

        last = {}
        watch = Watch(transport, "chapter-1", sink, kinds=kinds or (POD,))
        watch.told, watch.last = told, last
        watch.start()
        started.append(watch)
        return watch

    yield start
    for each in started:
        each.stop()


def until(condition, timeout=5.0):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_what_is_there_is_told_first_and_then_each_change(server, watching):
    uid = server.put("web-0")
    watch = watching()
    assert watch.catch_up(5)
    server.put("web-0")
    server.delete("web-0")
    assert watch.catch_up(5)
    assert watch.told == [(what, "web-0", uid) for what in ("added", "modified", "deleted")]
    assert until(lambda: watch.state == "live")
    assert "managedFields" not in watch.last["thing"]["metadata"]
    assert watch.last["thing"]["kind"] == watch.last["kind"] == "Pod"


@pytest.mark.parametrize("inside_the_stream", [True, False])
def test_after_410_a_pod_made_again_is_told_as_deleted_and_added(
    server, watching, inside_the_stream
):
    server.says_gone = inside_the_stream
    old = server.put("web-0")
    kept = server.put("web-1")
    watch = watching(server_seconds=1)
    assert watch.catch_up(5)
    with server.changed:  # all of it happens in a gap of the watch
        server.delete("web-0")
        new = server.put("web-0")
        server.forget()
    assert watch.catch_up(5)
    assert watch.told[2:] == [("deleted", "web-0", old), ("added", "web-0", new)]
    assert server.lists == 2
    assert kept in {uid for _, _, uid in watch.told}


def test_a_stream_cut_each_second_loses_and_repeats_nothing(server, watching):
    server.cut_after = 0.3
    watch = watching()
    assert watch.catch_up(5)
    expected = []
    for number in range(40):
        expected.append(("added", f"web-{number}", server.put(f"web-{number}")))
        time.sleep(0.05)  # the pace of the changes, so that cuts fall among them
    assert watch.catch_up(5)
    assert watch.told == expected
    assert server.watches >= 4
    assert server.lists == 1


def test_a_silent_network_is_noticed_and_bridged(server, watching):
    watch = watching(silence=0.5)
    assert watch.catch_up(5)
    server.silent = True
    uid = server.put("web-0")
    assert until(lambda: server.watches >= 2, 3)
    server.silent = False
    assert watch.catch_up(5)
    assert watch.told == [("added", "web-0", uid)]


def test_while_the_server_is_away_tries_are_few_and_nothing_is_printed(server, watching, capfd):
    uid = server.put("web-0")
    watch = watching()
    assert watch.catch_up(5)
    port = server.server_address[1]
    server.away()
    assert until(lambda: watch.state == "away")
    before = watch.kinds[0].tries
    assert not watch.catch_up(3)
    assert watch.kinds[0].tries - before <= 8
    assert "refused" in watch.error
    again = Server(port)
    try:
        again.version = again.oldest = 100
        new = again.put("web-0")
        assert watch.catch_up(10)
        assert until(lambda: (watch.state, watch.error) == ("live", ""))
        assert watch.told[1:] == [("deleted", "web-0", uid), ("added", "web-0", new)]
    finally:
        again.away()
    assert capfd.readouterr() == ("", "")


def test_a_server_that_refuses_is_not_asked_in_a_busy_loop(server, watching):
    server.refuse = 500
    watch = watching()
    assert until(lambda: watch.state == "away")
    assert not watch.catch_up(1)
    assert watch.kinds[0].tries <= 6
    assert "500" in watch.error


def test_stop_ends_quiet_streams_at_once_and_tells_nothing_more(server, watching):
    watch = watching(POD, NODE)
    assert watch.catch_up(5)
    begun = time.monotonic()
    assert watch.stop()
    assert time.monotonic() - begun < 1
    server.put("late")
    assert not watch.catch_up(0.3)
    assert watch.told == []


def test_a_volume_is_told_only_to_the_chapter_whose_claim_it_serves(server, watching):
    mine = {"spec": {"claimRef": {"namespace": "chapter-1"}}}
    theirs = {"spec": {"claimRef": {"namespace": "chapter-2"}}}
    server.put("mine", plural="persistentvolumes", **mine)
    server.put("theirs", plural="persistentvolumes", **theirs)
    free = server.put("free", plural="persistentvolumes", spec={})
    watch = watching(VOLUME)
    assert watch.catch_up(5)
    server.put("free", plural="persistentvolumes", **theirs)
    assert watch.catch_up(5)
    assert [each[:2] for each in watch.told] == [
        ("added", "mine"),
        ("added", "free"),
        ("deleted", "free"),
    ]
    assert watch.told[-1][2] == free


def test_back_off_grows_to_its_bound_and_starts_over():
    back_off = BackOff(0.2, 5.0)
    waits = [back_off.next() for _ in range(50)]
    assert all(0.1 <= wait <= 5 for wait in waits)
    assert min(waits[6:]) >= 2.5
    back_off.reset()
    assert back_off.next() <= 0.2
