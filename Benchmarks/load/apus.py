"""Apus under load: the server, and the accounts, rooms and messages that a workload needs."""

import http.client
import json
import os
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

from servers import Failure, Server, end

# As long as every message of the load tool (PAYLOAD in options.h).
PAYLOAD = 128
TIME_BASE = 10**18


class Apus(Server):
    dialect = "apus"
    ways = ("websocket", "sse", "long-poll")

    def __init__(self, tools, core, binary):
        super().__init__(tools, core)
        self.binary = binary
        self.data = os.path.join(self.folder, "data")
        self.administer("user", "add", "bench")
        self.token = self.administer("token", "bench")

    def words(self):
        return [
            self.binary, "serve", "--data", self.data, "--host", "127.0.0.1", "--port", str(self.port),
            "--commands-per-second", "0", "--streams-per-user", "0",
        ]

    def administer(self, *words):
        done = subprocess.run([self.binary, *words, "--data", self.data], capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"apus {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()

    def prepare(self, workload):
        self.make_rooms(workload.rooms)
        cursor = self.ask("/v1/sync")["cursor"]
        tokens = self.make_users(workload.users) if workload.users else [self.token]
        if workload.behind:
            self.post_missed(workload.behind)
            end(self.process, signal.SIGTERM)
            self.start()
        path = os.path.join(self.folder, "tokens")
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write("\n".join(tokens) + "\n")
        # Only who resumes or polls has a cursor; the others read from now on.
        has_cursor = workload.behind or workload.way == "long-poll"
        return ["--tokens", path] + (["--cursor", cursor] if has_cursor else [])

    def make_rooms(self, count):
        self.command(self.token, [
            {"id": f"room-{room}", "op": "room.create", "kind": "public", "room": f"r{room}"} for room in range(count)])

    def make_users(self, count):
        """Accounts u0 …; each makes a room and joins the next two, so that each room has three members."""
        def joins(user, rooms):
            return [{"id": f"join-{room}", "op": "room.join", "room": f"u{room % count}"} for room in rooms(user)]

        with ThreadPoolExecutor(16) as pool:
            tokens = list(pool.map(self.make_user, range(count)))
            list(pool.map(lambda user: self.command(tokens[user], [
                {"id": "room", "op": "room.create", "kind": "public", "room": f"u{user}"}]), range(count)))
            list(pool.map(lambda user: self.command(
                tokens[user], joins(user, lambda user: (user + 1, user + 2))), range(count)))
        return tokens

    def make_user(self, number):
        """What `apus user add` and `apus token` ask a running server, without starting two programs for each user."""
        self.ask_control({"do": "user.add", "name": f"u{number}", "role": "member", "password": None})
        return self.ask_control({"do": "token", "name": f"u{number}"})["token"]

    def ask_control(self, request):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(os.path.join(self.data, "control.sock"))
            control.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(control.makefile().readline())
        if "ok" not in answer:
            raise Failure(f"the control socket refused {request['do']}: {answer}")
        return answer["ok"]

    def post_missed(self, count):
        """Messages as the load tool writes them, so that it knows them again."""
        texts = [f"~{TIME_BASE}~{number}~".ljust(PAYLOAD, "x") for number in range(count)]
        self.command(self.token, [
            {"id": f"missed-{number}", "op": "message.post", "room": "r0", "text": text}
            for number, text in enumerate(texts)])

    def command(self, token, commands):
        for begin in range(0, len(commands), 100):
            for reply in self.ask("/v1/commands", commands[begin:begin + 100], token):
                if "ok" not in reply:
                    raise Failure(f"a command was refused: {reply}")

    def ask(self, path, body=None, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json"}
        try:
            connection.request("GET" if body is None else "POST", path, body and json.dumps(body), headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise Failure(f"{path} was answered {response.status}: {content[:500]!r}")
        return json.loads(content)
