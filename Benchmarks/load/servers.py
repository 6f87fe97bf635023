"""The servers under load: each runs on a core of its own and keeps what it writes in a folder of its own."""

import os
import signal
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# An interactive machine shares its cores between sessions; those that are measured come first where that is allowed.
FIRST = ["sh", "-c", '{ echo -20 >/proc/self/autogroup; } 2>/dev/null; exec "$@"', "sh"]


class Failure(Exception):
    """Something that kept a run from being measured, in a sentence."""


def start(words, core, **options):
    """Starts a program on a core, in a session of its own, so that it can be ended with all that it started."""
    return subprocess.Popen(
        FIRST + ["taskset", "-c", str(core), *words], start_new_session=True, stdin=subprocess.DEVNULL, **options)


def end(process, how=signal.SIGKILL):
    try:
        os.killpg(process.pid, how)
    except ProcessLookupError:
        pass  # it has ended by itself, with all that it started
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end_all():
    """Ends whatever this process has started, also what it had not yet heard of when a signal came."""
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        for child in map(int, file.read().split()):
            for kill in (os.killpg, os.kill):
                try:
                    kill(child, signal.SIGKILL)
                except ProcessLookupError:
                    pass  # not yet a session of its own, or no more


def free_port():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


def wait_until(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"{what} did not happen within {seconds} s")
        time.sleep(0.02)


class Server:
    """A server that runs from `with` to its end. A subclass says by `words` how it is started."""

    dialect = "plain"
    ways = ("websocket",)

    def __init__(self, tools, core):
        self.tools, self.core = tools, core
        self.folder = tempfile.mkdtemp(prefix="server-", dir=tools)
        self.port = free_port()
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        end(self.process)

    def start(self):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = start(self.words(), self.core, stdout=log, stderr=log)
        wait_until(self.is_there, f"{type(self).__name__} listening at port {self.port}; its log is {log.name}: that")

    def is_there(self):
        if self.process.poll() is not None:
            raise Failure(f"{type(self).__name__} ended with {self.process.returncode}: {self.log_end()}")
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionRefusedError:
            return False
        return True

    def log_end(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as log:
            return log.read()[-1000:]

    def prepare(self, workload):
        """Makes what the workload needs; returns the load tool's arguments for it."""
        return []


class Floor(Server):
    def words(self):
        return [os.path.join(self.tools, "floor"), str(self.port)]


class FloorCoalescing(Floor):
    def words(self):
        return super().words() + ["coalesce"]


class UWebSockets(Server):
    def words(self):
        return [os.path.join(self.tools, "venv/bin/python"), os.path.join(HERE, "peers/uwebsockets.py"), str(self.port)]


class Nchan(Server):
    dialect = "nchan"
    ways = ("websocket", "sse", "long-poll")

    def words(self):
        with open(os.path.join(HERE, "peers/nginx.conf.in")) as template:
            text = template.read()
        filled = text.replace("@PORT@", str(self.port)).replace("@FOLDER@", self.folder)
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(filled)
        return ["nginx", "-e", os.path.join(self.folder, "nginx-error.log"), "-c", path]


REFERENCES = {"floor": Floor, "floor-coalescing": FloorCoalescing, "uwebsockets": UWebSockets, "nchan": Nchan}
