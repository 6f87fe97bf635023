"""The way from the client to the server: requests, and what follows a handshake."""

from framing import Head, body_of_request
from passages import transport_of
from trouble import BAD_GATEWAY, LENGTH_REQUIRED

LONGEST_BODY_READ = 4096  # of a POST poll, to know how it waits


class Upward:
    def __init__(self, connection):
        self.connection = connection
        self.passage = self.body = None  # of the request that is being passed on
        self.seen = b""  # of a body that tells the transport

    async def run(self):
        connection, buffer = self.connection, bytearray()
        while piece := await connection.read(connection.client_reader):
            buffer += piece
            while buffer and await self.take(buffer):
                pass
        connection.has_heard_all, connection.ended_by = True, connection.ended_by or "client"
        if connection.server and not connection.has_said_all:
            connection.server.finish(connection.trouble.delay)
        else:
            connection.end("client")

    async def take(self, buffer):
        """Passes on what can be of the buffer; false if more must come first."""
        connection = self.connection
        if connection.has_said_all:
            buffer.clear()
        elif self.passage and self.passage.transport == "websocket":
            # Before the 101, too: a client may send its first frames with the handshake.
            await connection.pass_up(self.passage, bytes(buffer))
            buffer.clear()
        elif self.body:
            return await self.take_body(buffer)
        else:
            head = Head.take(buffer)
            if head:
                await self.take_head(head)
            return head is not None
        return False

    async def take_body(self, buffer):
        piece = self.body.take(buffer)
        if self.passage.transport == "poll" and len(self.seen) < LONGEST_BODY_READ:
            self.seen += piece
        if self.body.complete:
            if self.passage.transport == "poll":
                self.passage.transport = transport_of("POST", "/v1/stream", body=self.seen)
            self.body = None
        if piece:
            await self.connection.pass_up(self.passage, piece)
        return bool(piece)

    async def take_head(self, head):
        connection, trouble = self.connection, self.connection.trouble
        if trouble.one_at_a_time and not connection.is_served_alone:
            await connection.relay.alone.acquire()
            connection.is_served_alone = True
        if trouble.answers is not None:
            return await self.answer(head, trouble.answers)
        if trouble.speaks_http_1_0 and head.get("Transfer-Encoding"):
            return await self.answer(head, LENGTH_REQUIRED)
        if not await connection.reach_server():
            return await self.answer(head, BAD_GATEWAY)
        sent = altered(head, trouble)
        upgrade, asked = sent.get("Upgrade"), head.get("Upgrade")
        transport = transport_of(head.method, head.target, upgrade, head.get("Accept"))
        self.passage = connection.open(head, "handshake" if asked and not upgrade else transport)
        self.body, self.seen = body_of_request(sent), b""
        if self.body.complete:
            self.body = None
        connection.unanswered.append(self.passage)
        await connection.pass_up(self.passage, sent.bytes())

    async def answer(self, head, answer):
        """The network answers by itself, and ends the connection."""
        connection = self.connection
        passage = connection.open(head, "other")
        passage.status = int(answer.split(b" ")[1])
        await connection.pass_down(passage, answer)
        connection.close(passage, "network")
        connection.say_no_more("network")


def altered(head, trouble):
    if trouble.drops_upgrade or trouble.speaks_http_1_0:
        # RFC 9110, 7.6.1: what Connection names goes no further than one hop.
        head = head.without("Upgrade", "Connection", *(name.strip() for name in head.get("Connection").split(",")))
    return as_http_1_0(head) if trouble.speaks_http_1_0 else head


def as_http_1_0(head):
    return Head(head.first.replace("HTTP/1.1", "HTTP/1.0"), head.fields)
