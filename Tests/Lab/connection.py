"""One client's connection through a relay, and its connection to the server."""

import asyncio
import collections
import time

from downward import Downward
from framing import Malformed
from line import Line
from passages import Passage, settle
from upward import Upward

PIECE = 64 << 10
LINGER = 1.0  # for a client to take its last answer: a close with something unread would be a reset, and lose it


class Connection:
    def __init__(self, relay, number, reader, writer):
        self.relay, self.number = relay, number
        self.client_reader, self.client = reader, Line(writer)
        self.server_reader = self.server = None
        self.upward, self.downward = Upward(self), Downward(self)
        self.unanswered = collections.deque()
        self.opened = self.last_byte = time.monotonic()
        self.cut_at = None
        self.is_websocket = self.has_heard_all = self.has_said_all = self.is_served_alone = False
        self.ended_by = None
        self.over = asyncio.Event()
        self.tasks = []

    @property
    def trouble(self):
        return self.relay.trouble

    async def run(self):
        self.begin(self.upward.run())
        try:
            await self.over.wait()
        finally:
            for task in self.tasks:
                task.cancel()
            if self.is_served_alone:
                self.relay.alone.release()
            for passage in self.unanswered:
                self.close(passage, self.ended_by or "network")
            for line in (self.client, self.server):
                if line:
                    line.writer.close()

    def begin(self, work):
        async def until_it_ends():
            try:
                await work
            except Malformed:
                self.end("network")
            except Exception as failure:
                self.relay.failures.append(failure)
                self.end("network")

        self.tasks.append(asyncio.create_task(until_it_ends()))

    def end(self, by):
        self.ended_by = self.ended_by or by
        self.over.set()

    async def read(self, reader):
        """What comes next; nothing at the end, however it came."""
        try:
            piece = await reader.read(PIECE)
        except OSError:
            return b""
        if piece:
            self.last_byte = time.monotonic()
        return piece

    async def reach_server(self):
        if not self.server:
            try:
                self.server_reader, writer = await asyncio.open_connection(*self.relay.target())
            except OSError:
                return False
            self.server = Line(writer)
            self.begin(self.downward.run())
        return True

    async def pass_up(self, passage, piece):
        if self.is_websocket and self.trouble.swallows_frames:
            passage.lost += len(piece)
            return
        passage.up += len(piece)
        self.server.send(piece, self.trouble.delay)
        try:
            await self.server.writer.drain()
        except OSError:
            self.end("server")

    async def pass_down(self, passage, piece):
        passage.down += len(piece)
        self.client.send(piece, self.trouble.delay)
        try:
            await self.client.writer.drain()
        except OSError:
            self.end("client")

    def say_no_more(self, by):
        self.ended_by, self.has_said_all = self.ended_by or by, True
        self.client.finish(self.trouble.delay)
        under_way = max(self.client.due - asyncio.get_running_loop().time(), 0)
        self.cut_at = time.monotonic() + under_way + (0 if self.has_heard_all else LINGER)

    def check_time(self, now):
        """Cuts the connection if its time has come."""
        after, idle = self.trouble.cuts_after, self.trouble.cuts_idle_after
        if (self.cut_at and now >= self.cut_at) or (after and now >= self.opened + after) or (
                idle and now >= self.last_byte + idle):
            self.end("network")

    def open(self, head, transport):
        passage = Passage(self.number, transport, time.time(), head=head)
        self.relay.passages.append(passage)
        return passage

    def close(self, passage, by):
        passage.closed, passage.ended_by = time.time(), by
        settle(passage)
