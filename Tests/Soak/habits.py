"""The load: readers with habits, posters that lose answers, members that come, go and type."""

import random
import socket
import threading
import time
import uuid

from apus import check
from posters import Poster
from readers import LOST, Reader, Track
from websocket import Closed


class Record(Track):
    """A track that counts what must not be instead of ending there, and lets the reader live after each batch."""

    def __init__(self, cursor, after_batch):
        super().__init__(cursor)
        self.after_batch = after_batch
        self.delivered = self.gaps = 0

    def begin(self, hello):
        self.gaps += hello["seq"] != self.seq
        self.move(hello["epoch"], hello["seq"])

    def apply(self, batch, cursor=None):
        self.gaps += batch["from"] != self.seq
        events = batch.get("events", ())
        self.events.extend(events)
        self.delivered += len(events)
        self.move((cursor or self.cursor).rsplit("-", 1)[0], batch["to"])
        self.after_batch()


class Person(Reader):
    """A reader with a habit: something that it does every so often, in between two batches."""

    def __init__(self, client, transport, habit, seed):
        self.dice = random.Random(seed)
        self.every, self.act = habit
        self.due = self.next_time()
        self.hurrying = threading.Event()
        super().__init__(client, transport)

    def next_time(self):
        return time.monotonic() + self.dice.uniform(*self.every)

    def begin_track(self, cursor):
        return Record(cursor, self.after_batch)

    def after_batch(self):
        if time.monotonic() >= self.due and not self.hurrying.is_set():
            self.due = self.next_time()
            self.act(self)
        if self.by == "short_poll" and not self.hurrying.is_set():
            self.rest(1, 2)

    def rest(self, least, most):
        self.hurrying.wait(self.dice.uniform(least, most))

    def hurry(self):
        """No more habits: reads to the end."""
        self.hurrying.set()

    # Habits.

    def nothing(self):
        pass

    def change(self):
        """The connection is lost; the next transport is taken at once."""
        raise Closed()

    def go_away(self):
        self.connection.close()
        self.rest(1, 15)
        raise Closed()

    def read_slowly(self):
        """Through a small window, so that what is not read soon waits in the server."""
        end = getattr(self.connection, "socket", None) or getattr(self.connection, "sock", None)
        if end:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 131072)
        self.rest(0.05, 0.3)

    def stop_reading(self):
        self.read_slowly()
        self.rest(20, 60)


# Transport, how often in seconds, what. Who reads slowly is in the room of the long texts, too.
HABITS = [
    ("websocket", ((60, 60), Person.nothing)), ("sse", ((60, 60), Person.nothing)),
    ("long_poll", ((60, 60), Person.nothing)), ("short_poll", ((60, 60), Person.nothing)),
    ("changing", ((5, 40), Person.change)), ("changing", ((10, 40), Person.go_away)),
]
SLOW_HABITS = [
    ("websocket", ((0, 0), Person.read_slowly)), ("sse", ((0, 0), Person.read_slowly)),
    ("websocket", ((10, 60), Person.stop_reading)), ("sse", ((10, 60), Person.stop_reading)),
]


class SteadyPoster(Poster):
    """Posts so often and no oftener. Now and then it gives up waiting for an answer, and repeats the command."""

    def __init__(self, client, room, way, seconds, dice, text=""):
        self.seconds, self.dice, self.more = seconds, random.Random(dice.random()), text
        self.due = time.monotonic() + self.dice.uniform(0, seconds)
        self.given_up = 0
        super().__init__(client, room, way, in_flight=4)

    def make(self):
        command = super().make()
        command["text"] += self.more
        return command

    def fill(self):
        self.stopping.wait(max(self.due - time.monotonic(), 0))
        # What was missed while the server was away is not made up for.
        self.due = max(self.due, time.monotonic() - self.seconds) + self.seconds
        return super().fill()

    def settle(self, reply):
        if self.dice.random() < 0.01:
            self.given_up += 1
            raise ConnectionError("the answer took too long")
        super().settle(reply)


class Wanderer(threading.Thread):
    """Lets its users, who are nobody else's, leave rooms and join them again, read, and type."""

    def __init__(self, clients, rooms, seconds, dice):
        super().__init__(daemon=True, name="wanderer")
        self.clients, self.rooms, self.seconds, self.dice = clients, rooms, seconds, random.Random(dice.random())
        self.at_home = {client: set() for client in clients}  # the rooms that each is in
        self.sent = self.answered = 0
        self.failure = None
        self.stopping = threading.Event()
        for client in clients:
            for room in self.dice.sample(rooms, 2):
                self.enter(client, room)

    def run(self):
        try:
            while not self.stopping.wait(self.seconds):
                self.step()
        except Exception as failure:
            self.failure = f"{self.name}: {failure!r}"

    def step(self):
        client, room = self.dice.choice(self.clients), self.dice.choice(self.rooms)
        rooms = self.at_home[client]
        if room not in rooms:
            self.enter(client, room)
        elif len(rooms) > 3:
            self.do(client, "room.leave", room)
            rooms.remove(room)
        else:
            self.do(client, "typing", room, on=self.dice.random() < 0.7)
            self.do(client, "read", room, number=0)

    def enter(self, client, room):
        self.do(client, "room.join", room)
        self.at_home[client].add(room)

    def do(self, client, op, room, **fields):
        """Repeats the command with the same id until it is answered."""
        identity = str(uuid.uuid4())
        self.sent += 1
        while True:
            try:
                answer = client.command(op, room=room, id=identity, **fields)
                if answer.status != 503:
                    break
            except LOST:
                pass
            if self.stopping.wait(0.1):
                return
        check(answer.status == 200, f"{op} {room} by {client.name}: {answer}")
        self.answered += 1
