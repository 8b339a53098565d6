"""A relay on this machine in front of an API server, whose connections a test can break."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from queue import Queue


class Relay:
    """Passes bytes on to `port` of this machine; `cut` breaks what is open at that moment."""

    def __init__(self, port: int) -> None:
        self.broken = 0
        self._to = port
        self._open: set[asyncio.StreamWriter] = set()
        self._ready: Queue[int] = Queue()

    @contextlib.contextmanager
    def listening(self) -> Iterator[int]:
        """Listen on a port of loopback, which is yielded, until the end of the block."""
        thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        thread.start()
        try:
            yield self._ready.get(timeout=10)
        finally:
            self._loop.call_soon_threadsafe(self._end.set)
            thread.join()

    def cut(self) -> None:
        """Break every open connection at once, in the middle of whatever it carries."""
        self._loop.call_soon_threadsafe(self._abort)

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self._ready.put(server.sockets[0].getsockname()[1])
        await self._end.wait()
        server.close()

    def _abort(self) -> None:
        for writer in self._open:
            writer.transport.abort()
            self.broken += 1

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._open.add(writer)
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._open.discard(writer)
            far_writer.close()
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes until one of the two ends; then end the other."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
