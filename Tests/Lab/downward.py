"""The way from the server to the client: answers, and a WebSocket's frames."""

import random
import time

from framing import Head, Malformed, body_of_answer
from passages import settle
from upward import as_http_1_0


class Downward:
    def __init__(self, connection):
        self.connection = connection
        self.body = None  # of the answer that is being passed on
        self.held = b""

    async def run(self):
        connection, buffer = self.connection, bytearray()
        while piece := await connection.read(connection.server_reader):
            buffer += piece
            while buffer and not connection.has_said_all and await self.take(buffer):
                pass
        if connection.has_said_all:
            return
        if self.body:
            await self.let_go()
            connection.close(connection.unanswered.popleft(), "done" if self.body.ends_with_connection else "server")
        connection.say_no_more("server")

    async def take(self, buffer):
        """Passes on what can be of the buffer; false if more must come first."""
        if self.connection.is_websocket:
            await self.take_frames(bytes(buffer))
            buffer.clear()
        elif self.body:
            return await self.take_body(buffer)
        else:
            head = Head.take(buffer)
            if head:
                await self.take_head(head)
            return head is not None
        return False

    async def take_frames(self, piece):
        connection = self.connection
        if connection.trouble.swallows_frames:
            connection.unanswered[0].lost += len(piece)
        else:
            await connection.pass_down(connection.unanswered[0], piece)

    async def take_body(self, buffer):
        piece = self.body.take(buffer)
        self.held += piece
        if self.body.complete:
            await self.let_go()
            await self.finish_answer()
        elif not self.connection.trouble.holds_answers:
            await self.let_go()
        return bool(piece)

    async def take_head(self, head):
        connection, trouble = self.connection, self.connection.trouble
        if not connection.unanswered:
            raise Malformed("an answer to no request")
        passage = connection.unanswered[0]
        if head.status == 101:
            passage.status, connection.is_websocket = 101, True
            if trouble.cuts_upgraded_after:
                connection.cut_at = time.monotonic() + random.uniform(*trouble.cuts_upgraded_after)
            return await connection.pass_down(passage, head.bytes())
        if head.status < 200:
            return await connection.pass_down(passage, head.bytes())
        passage.status = head.status
        settle(passage)
        if trouble.ends_connections:
            head = head.without("Connection").adding("Connection", "close")
        self.held += (as_http_1_0(head) if trouble.speaks_http_1_0 else head).bytes()
        self.body = body_of_answer(head, passage.head.method)
        if self.body.complete or not trouble.holds_answers:
            await self.let_go()
        if self.body.complete:
            await self.finish_answer()

    async def let_go(self):
        piece, self.held = self.held, b""
        if piece:
            await self.connection.pass_down(self.connection.unanswered[0], piece)

    async def finish_answer(self):
        connection, self.body = self.connection, None
        connection.close(connection.unanswered.popleft(), "done")
        if connection.trouble.ends_connections:
            connection.say_no_more("network")
