"""`apus doctor` names what is broken, network by network of the lab."""

import concurrent.futures
import json
import os
import sys

from apus import ROOT, Server, add_user, check, run

sys.path.insert(0, os.path.join(ROOT, "Tests/Lab"))

from networks import NETWORKS

ALL = ["websocket", "sse", "long_poll", "short_poll"]
# What each network leaves working, and a word of what is said of the rest.
BROKEN = {
    "good": (ALL, ""),
    "no-upgrade": (["sse", "long_poll", "short_poll"], "drops the Upgrade"),
    "swallowed-frames": (["sse", "long_poll", "short_poll"], "swallows frames"),
    "buffered": (["websocket", "long_poll", "short_poll"], "proxy_buffering off"),
    "cut-idle": (["websocket", "sse", "short_poll"], "proxy_read_timeout"),
    "captive-portal": ([], "sign-in page"),
}


def diagnose(name, server, token, folder):
    inside = os.path.join(folder, name)
    os.mkdir(inside)
    with NETWORKS[name].make(server, inside) as network:
        return run("doctor", network.url, "--json", env={"APUS_TOKEN": token})


def test_each_network_is_seen_through(folder):
    with Server(folder) as server:
        token = add_user(server.data, "alice")
        with concurrent.futures.ThreadPoolExecutor() as threads:
            started = {name: threads.submit(diagnose, name, server, token, folder) for name in BROKEN}
        for name, (working, word) in BROKEN.items():
            done = started[name].result()
            found = json.loads(done.stdout)
            check([one["transport"] for one in found["transports"]] == ALL, found)
            works = [one["transport"] for one in found["transports"] if one["works"]]
            check(works == working, lambda: f"{name} leaves {works}: {done.stdout}")
            check(found["works"] == (works == ALL) and done.returncode == (0 if works == ALL else 1), done)
            check(word in done.stdout, lambda: f"{name}: no {word!r} in {done.stdout}")
            timed = [one for one in found["transports"] if one["works"] and one["connect_ms"] > 0]
            check(len(timed) == len(works), found)


def test_refusals_and_silence(folder):
    with Server(folder) as server:
        done = run("doctor", f"http://{server.host}:{server.port}", env={"APUS_TOKEN": "apus_wrong"})
        check(done.returncode == 1 and done.stdout.count("The server refuses") == 4, done)
        port = server.port
    done = run("doctor", f"http://127.0.0.1:{port}", env={"APUS_TOKEN": "apus_wrong"})
    check(done.returncode == 1 and done.stdout.count("the connection was refused") == 4, done)
    check("Nothing works between here and" in done.stderr, done)
    check(run("doctor", "chat.example", env={"APUS_TOKEN": "x"}).returncode == 2, "an address that is none")
