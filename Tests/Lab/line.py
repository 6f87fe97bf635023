"""One way of a connection: what is sent into it comes out in order, at once or after a delay."""

import asyncio
import contextlib
import random


class Line:
    def __init__(self, writer):
        self.writer = writer
        self.due = 0.0
        self.under_way = 0

    def send(self, piece, delay):
        """`delay` is None or the least and the most seconds."""
        self.later(delay, lambda: self.writer.write(piece))

    def finish(self, delay):
        """Nothing more comes this way."""
        self.later(delay, self.end)

    def end(self):
        if self.writer.can_write_eof() and not self.writer.is_closing():
            # Whoever has reset the connection needs not be told.
            with contextlib.suppress(OSError):
                self.writer.write_eof()

    def later(self, delay, action):
        if delay is None and not self.under_way:
            return action()
        loop = asyncio.get_running_loop()
        wanted = loop.time() + (random.uniform(*delay) if delay else 0)
        # Timers of the same moment run in no order.
        self.due = max(wanted, self.due + 1e-5)
        self.under_way += 1
        loop.call_at(self.due, self.arrive, action)

    def arrive(self, action):
        self.under_way -= 1
        if not self.writer.is_closing():
            action()
