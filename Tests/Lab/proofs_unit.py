"""That the systemd unit of docs/deploy is one, and that it leaves the server what the server needs."""

import os
import re
import shutil
import signal
import subprocess

from apus import BINARY, Server, Skip, check, make_room
from proxies import filled_in
from websocket import WebSocket

EXPOSURE = 25  # of 100, as `systemd-analyze security` reckons


def prove_unit(folder):
    for program, package in (("systemd-analyze", "systemd"), ("strace", "strace")):
        if not shutil.which(program):
            raise Skip(f"there is no {program} (package {package})")
    text = filled_in("apus.service", ("/usr/local/bin/apus", BINARY))
    unit = os.path.join(folder, "apus.service")
    with open(unit, "w", encoding="utf-8") as file:
        file.write(text)
    done = analyze("verify", unit)
    check(done.returncode == 0 and not done.stderr, f"systemd-analyze verify: {done.stderr}")
    rated = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", unit)
    check(rated.returncode == 0, f"systemd-analyze security: {rated.stdout[-200:]}")
    calls, families = used_by_server(folder)
    setting = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    refused = calls - allowed(setting["SystemCallFilter"]) - allowed("@default")
    check(not refused, f"SystemCallFilter refuses what the server calls: {refused}")
    refused = families - set(setting["RestrictAddressFamilies"].split())
    check(not refused, f"RestrictAddressFamilies refuses what the server opens: {refused}")


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)


def prove_unprivileged(folder):
    """The server needs no capability, so that it need not be root; CI's tests are."""
    bare = ("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs") if os.geteuid() == 0 else ()
    with Server(folder, prefix=bare) as server:
        alice = server.client("alice")
        WebSocket(server, alice.token).frames("hello")
        check(alice.sync()["seq"] == 0, "sync")


def used_by_server(folder):
    """The names of all system calls of a short life, and the families of its sockets."""
    trace = os.path.join(folder, "trace")
    with Server(folder, prefix=("strace", "-f", "-qq", "-o", trace)) as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        alice.say("general", "hello")
        WebSocket(server, alice.token).frames("hello")
        with open(os.path.join(server.data, "lock"), encoding="utf-8") as lock:
            os.kill(int(lock.read()), signal.SIGTERM)
        server.process.wait(20)
    with open(trace, encoding="utf-8", errors="replace") as file:
        lines = file.read()
    return set(re.findall(r"^\d+ +(\w+)\(", lines, re.M)), set(re.findall(r"socket\((\w+)", lines))


def allowed(group):
    calls = set()
    for word in analyze("syscall-filter", group).stdout.split("\n"):
        word = word.strip()
        if word.startswith("@") and word != group:
            calls |= allowed(word)
        elif word and not word.startswith(("#", "@")):
            calls.add(word)
    return calls
