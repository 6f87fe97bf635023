"""Clients that post messages and repeat, with the same ids, whatever was not answered."""

import http.client
import threading
import uuid

from apus import check, exchange
from readers import LOST
from websocket import WebSocket

WAYS = ("websocket", "websocket_array", "post", "post_array")


class Poster(threading.Thread):
    """Posts to a room until it is told to stop, and ends when every command has its answer."""

    def __init__(self, client, room, way, in_flight=16):
        super().__init__(daemon=True, name=f"{client.name} by {way}")
        self.client, self.room, self.way = client, room, way
        self.in_flight = 1 if way == "post" else in_flight
        self.commands = {}  # id → command, in the order of their making
        self.replies = {}  # id → ok
        self.tries = {}  # id → how often it was sent
        self.waiting = []  # commands without an answer, in order
        self.stopping = threading.Event()
        self.failure = None
        self.connection = None
        self.start()

    def run(self):
        post = self.post_by_websocket if self.way.startswith("websocket") else self.post_by_http
        while not self.is_done():
            try:
                post()
            except LOST:
                threading.Event().wait(0.02)
            except Exception as failure:
                self.failure = f"{self.name}: {failure!r}"
                return
            finally:
                if self.connection:
                    self.connection.close()

    def is_done(self):
        return self.stopping.is_set() and not self.waiting

    def make(self):
        number = len(self.commands) + 1
        command = {
            "id": f"{self.client.name}-{number}-{uuid.uuid4().hex}", "op": "message.post", "room": self.room,
            "text": f"{self.name} says {number} 🐦"}
        self.commands[command["id"]] = command
        self.waiting.append(command)
        return command

    def fill(self):
        """New commands up to the window; those that are new."""
        fresh = []
        while len(self.waiting) < self.in_flight and not self.stopping.is_set():
            fresh.append(self.make())
        return fresh

    def count(self, commands):
        for command in commands:
            self.tries[command["id"]] = self.tries.get(command["id"], 0) + 1

    def settle(self, reply):
        """Takes an answer. Whoever is not answered with `ok` stays in line if the problem is a passing one."""
        identity = reply["id"]
        if "ok" in reply:
            check(identity not in self.replies, f"{identity} answered twice on one connection")
            if reply["ok"].get("repeated"):
                check(self.tries[identity] > 1, f"{identity} was sent once and called repeated")
            self.replies[identity] = reply["ok"]
            self.waiting = [command for command in self.waiting if command["id"] != identity]
        else:
            check(reply["error"]["retryable"], f"{identity}: {reply}")
            raise ConnectionError("to be tried again")

    def post_by_websocket(self):
        self.connection = WebSocket(self.client.server, self.client.token, "/v1/stream?observe=1&rooms=nowhere", seconds=20)
        self.send_frames(self.waiting)
        while not self.is_done():
            self.send_frames(self.fill())
            if not self.is_done():
                self.settle(self.connection.frames("reply"))

    def send_frames(self, commands):
        self.count(commands)
        if self.way == "websocket_array" and commands:
            return self.connection.send(command=commands)
        for command in commands:
            self.connection.send(command=command)

    def post_by_http(self):
        server = self.client.server
        self.connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
        while not self.is_done():
            self.fill()
            if not self.waiting:
                return
            commands = list(self.waiting)
            self.count(commands)
            body = commands[0] if self.way == "post" else commands
            answer = exchange(self.connection, "POST", "/v1/commands", body, self.client.authorization)
            if answer.status == 503:
                raise ConnectionError("draining")
            check(answer.status == 200, lambda: f"{answer}")
            replies = [answer.json] if self.way == "post" else answer.json
            check([reply["id"] for reply in replies] == [command["id"] for command in commands], "answers in order")
            for reply in replies:
                self.settle(reply)

    def finish(self, seconds=60):
        self.stopping.set()
        self.join(seconds)
        check(self.failure is None, self.failure)
        check(not self.is_alive(), lambda: f"{self.name} still waits for {len(self.waiting)} answers")
