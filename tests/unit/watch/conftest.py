"""A small API server over real HTTP that misbehaves when told to, and a watch of it."""

import json
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from course.cluster.kinds import POD
from course.cluster.stream import Transport
from course.cluster.watch import Watch


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
        self.kept = socket.socket()
        self.kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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

    def again(self):
        """Another server on the same port, once this one is away."""
        self.kept.close()
        return Server(self.server_address[1])

    def away(self):
        """Close the port and every connection."""
        self.ended = True
        self.shutdown()
        self.server_close()
        # Nobody listens, and nobody else gets the port: other tests run at the same time.
        self.kept.bind(self.server_address)
        with self.changed:
            self.changed.notify_all()
        for each in list(self.sockets):
            hang_up(each)


def hang_up(connection):
    """End a connection at once: to close it waits for the thread that reads from it."""
    with suppress(OSError):  # it has ended already
        connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def setup(self):
        super().setup()
        self.server.sockets.add(self.connection)
        if self.server.ended:  # it was taken up while the server went away
            hang_up(self.connection)

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
    if not made.ended:
        made.away()
    made.kept.close()


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
