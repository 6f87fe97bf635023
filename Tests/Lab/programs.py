"""The Swift client behind a network: `apus tail` reads as alice, `apus send` posts as carol."""

import json
import os
import subprocess
import threading
import time

from apus import BINARY, environment, wait_for
from client import Program


class Programs:
    def __init__(self, network, alice, carol, folder):
        self.begun = time.monotonic()
        self.reader = Program("tail", network.url, "--json", token=alice.token)
        self.lines = Lines(network.url, carol.token, "general", os.path.join(folder, "carol.json"))

    def wait(self, condition, what, seconds):
        return wait_for(condition, what, seconds)

    def say(self, count):
        self.lines.say(count)

    @property
    def said(self):
        return self.lines.said

    @property
    def answered(self):
        return len(self.lines.answers)

    @property
    def heard(self):
        return len(self.texts)

    @property
    def texts(self):
        return self.reader.texts

    @property
    def over(self):
        return self.reader.statuses[-1].get("transport", "") if self.reader.statuses else ""

    @property
    def last_over(self):
        """What carried last, also where it has just been cut."""
        return next((status["transport"] for status in reversed(self.reader.statuses) if "transport" in status), "")

    def __repr__(self):
        return repr(self.reader)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.stop()
        if self.reader.process.poll() is None:
            self.reader.end()


class Lines:
    """`apus send`, fed with one line after the other."""

    def __init__(self, url, token, room, file):
        self.process = subprocess.Popen(
            [BINARY, "send", url, room, "--json", "--file", file], env=environment(APUS_TOKEN=token),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)
        self.answers = []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        self.said = 0

    def read(self):
        for line in self.process.stdout:
            self.answers.append(json.loads(line))

    def say(self, count):
        for _ in range(count):
            self.process.stdin.write(f"line {self.said}\n")
            self.said += 1

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.thread.join(10)
