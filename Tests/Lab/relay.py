"""A relay in front of a server, whose trouble can be changed while it runs."""

import asyncio
import socket
import threading
import time

from connection import Connection
from trouble import GOOD

TICK = 0.02  # how exactly connections are cut


class Relay:
    """`target` is a server, or anything that has a host and a port. Runs in a thread of its own."""

    def __init__(self, target, trouble=GOOD, listener=None):
        self.target = lambda: (target.host, target.port)
        self.trouble = trouble
        self.listener = listener or socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.host, self.port = self.listener.getsockname()[:2]
        self.passages, self.failures, self.connections = [], [], set()
        self.accepted = 0
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.run(),), daemon=True)
        started = threading.Event()
        self.started = started.set
        self.thread.start()
        started.wait(10)

    async def run(self):
        self.alone, self.stopping = asyncio.Lock(), asyncio.Event()
        listening = await asyncio.start_server(self.accept, sock=self.listener)
        self.started()
        while not self.stopping.is_set():
            now = time.monotonic()
            for connection in list(self.connections):
                connection.check_time(now)
            try:
                await asyncio.wait_for(self.stopping.wait(), TICK)
            except asyncio.TimeoutError:
                pass  # the next tick
        listening.close()
        self.cut(lambda _: True)
        while self.connections:
            await asyncio.sleep(TICK)

    async def accept(self, reader, writer):
        self.accepted += 1
        connection = Connection(self, self.accepted, reader, writer)
        self.connections.add(connection)
        try:
            await connection.run()
        finally:
            self.connections.discard(connection)

    def cut(self, which):
        for connection in list(self.connections):
            if which(connection):
                connection.end("network")

    def become(self, trouble):
        """From now on, for open connections too; returns when it is so."""
        def change():
            self.trouble = trouble
            if trouble.ends_websockets:
                self.cut(lambda connection: connection.is_websocket)
            done.set()

        done = threading.Event()
        self.loop.call_soon_threadsafe(change)
        if not done.wait(10):
            raise AssertionError(f"the relay does not answer; its failures: {self.failures}")

    def stop(self):
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join(10)
        if self.failures:
            raise AssertionError(f"the relay failed, its own fault: {self.failures[:3]!r}")

    def connect(self, seconds=20):
        return socket.create_connection((self.host, self.port), seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
