"""Apus from outside: the binary, a running server, accounts and requests."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.path.abspath(os.environ.get("APUS") or os.path.join(ROOT, ".build/debug/apus"))


class Skip(Exception):
    """The test cannot run on this machine; the message says why."""


def check(condition, what):
    if not condition:
        raise AssertionError(what() if callable(what) else what)


def wait_for(condition, what, seconds=20):
    """Waits until the condition holds and returns its value; the only place where a test waits for time to pass."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"waited {seconds} s in vain for {what() if callable(what) else what}")
        time.sleep(0.01)


def environment(**more):
    """The environment without anything that would set up a server."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("APUS")}
    return clean | more


def run(*arguments, env=None, cwd=None, prefix=(), seconds=60):
    """Runs one command of apus to its end."""
    return subprocess.run(
        [*prefix, BINARY, *arguments], env=environment(**(env or {})), cwd=cwd, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=seconds)


def succeed(*arguments, **options):
    done = run(*arguments, **options)
    check(done.returncode == 0, f"apus {' '.join(arguments)}: exit code {done.returncode}: {done.stderr}")
    return done.stdout.strip()


def add_user(data, name):
    """Makes an account and returns a client for it; its address is set by `Server.client`."""
    succeed("user", "add", name, "--data", data)
    return succeed("token", name, "--data", data)


class Server:
    """`apus serve` on a data folder. Its log is `log` beside the folder, and goes on over restarts."""

    def __init__(self, folder, *arguments, env=None, fault=None, prefix=(), data=None, port=0, start=True):
        self.data = data or os.path.join(folder, "data")
        self.log = os.path.join(folder, "server.log")
        self.arguments, self.env, self.prefix = arguments, env or {}, prefix
        self.host, self.port, self.process, self.starts = "127.0.0.1", port, None, 0
        if start:
            self.start(fault)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.kill()
        if self.process:
            self.process.stdout.close()

    def launch(self, fault=None):
        """Starts the process without waiting for it to serve."""
        if self.process:
            self.process.stdout.close()
        env = environment(**self.env, **({"APUS_FAULT": fault} if fault else {}))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, BINARY, "serve", "--data", self.data, "--port", str(self.port), *self.arguments],
                env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)

    def start(self, fault=None):
        self.launch(fault)
        killer = threading.Timer(30, self.process.kill)
        killer.start()
        line = self.process.stdout.readline()
        killer.cancel()
        match = re.fullmatch(r"Apus is at http://(.+):(\d+) and keeps.*\n", line)
        if not match:
            self.process.kill()
            code = self.process.wait()
            raise AssertionError(f"the server did not start: {line!r}, exit code {code}; log: {self.log_text()[-2000:]}")
        self.port = int(match[2])
        self.starts += 1

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        return self.process.wait()

    def stop(self, number=signal.SIGTERM, seconds=20):
        """Asks the server to stop; its exit code and how long it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        return code, time.monotonic() - begun

    def restart(self, fault=None):
        if self.process.poll() is None:
            self.kill()
        self.start(fault)

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def client(self, name):
        """A new account on the running server."""
        return Client(self, add_user(self.data, name), name)

    def connect(self, seconds=20):
        return socket.create_connection((self.host, self.port), seconds)

    def get(self, path, headers=None):
        return request(self, "GET", path, headers=headers)


class Answer:
    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


def request(server, method, path, body=None, headers=None, seconds=20):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=seconds)
    try:
        return exchange(connection, method, path, body, headers)
    finally:
        connection.close()


def exchange(connection, method, path, body=None, headers=None):
    headers = dict(headers or {})
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body)
        headers.setdefault("Content-Type", "application/json")
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    return Answer(response, response.read())


class Client:
    """One user's requests."""

    def __init__(self, server, token, name):
        self.server, self.token, self.name = server, token, name
        self.authorization = {"Authorization": f"Bearer {token}"}

    def get(self, path, **options):
        return request(self.server, "GET", path, headers=self.authorization, **options)

    def post(self, path, body, headers=None, **options):
        return request(self.server, "POST", path, body, self.authorization | (headers or {}), **options)

    def sync(self):
        answer = self.get("/v1/sync")
        check(answer.status == 200, f"sync: {answer}")
        return answer.json

    def command(self, op, **fields):
        """Runs one command by POST; the answer."""
        fields.setdefault("id", str(uuid.uuid4()))
        return self.post("/v1/commands", {"op": op, **fields})

    def do(self, op, **fields):
        """The same for commands that must succeed; their `ok`."""
        answer = self.command(op, **fields)
        check(answer.status == 200, f"{op} {fields}: {answer}")
        return answer.json["ok"]

    def say(self, room, text, **fields):
        return self.do("message.post", room=room, text=text, **fields)


def make_room(server, slug, *clients):
    succeed("room", "create", slug, "--data", server.data)
    for client in clients:
        client.do("room.join", room=slug)
