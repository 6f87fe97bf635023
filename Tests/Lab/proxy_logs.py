"""Passages as the logs of real proxies tell them: each is written when it is over."""

import json
import os

from passages import Passage, settle, transport_of

# HAProxy's first letter of the termination state: who ended it.
ENDED_BY = {"-": "done", "C": "client", "c": "network", "S": "server", "s": "network"}


def entries(path):
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            if line.startswith("{") and line.endswith("\n"):
                yield json.loads(line)


def made(entry, **more):
    passage = Passage(
        connection=int(entry["connection"]),
        transport=transport_of(entry["method"], entry["target"], entry["upgrade"], entry["accept"], entry.get("body")),
        status=int(entry["status"]), down=int(entry["down"]), **more)
    settle(passage)
    return passage


def of_nginx(path):
    return [
        made(
            entry, opened=entry["closed"] - entry["seconds"], closed=entry["closed"],
            # One number for each attempt to reach a server, and a dash where there was none.
            up=sum(int(number) for number in entry["up"].replace(":", ",").split(",") if number.strip().isdigit()))
        for entry in entries(path)]


def of_haproxy(path):
    return [
        made(
            entry, opened=entry["opened"], closed=entry["opened"] + entry["milliseconds"] / 1000, up=entry["up"],
            ended_by=ENDED_BY.get(entry["termination"][0], ""))
        for entry in entries(path) if "termination" in entry]


def of_caddy(path):
    """Caddy does not count what a WebSocket carried, and writes 0 for its status."""
    found = []
    for entry in entries(path):
        if not entry.get("logger", "").startswith("http.log.access"):
            continue
        request = entry["request"]
        known = {
            "connection": request["remote_port"], "method": request["method"], "target": request["uri"],
            "upgrade": request["headers"].get("Upgrade", [""])[0], "accept": request["headers"].get("Accept", [""])[0],
            "status": entry["status"] or (101 if "Upgrade" in request["headers"] else 0), "down": entry["size"]}
        found.append(made(known, opened=entry["ts"] - entry["duration"], closed=entry["ts"], up=entry.get("bytes_read", 0)))
    return found
