"""The disk fills up: writing is refused, reading goes on, and when there is room again writing goes on by itself."""

import contextlib
import os
import subprocess

from apus import Server, Skip, check, make_room, wait_for
from ledger import Ledger, check_commands, check_delivery, check_order
from readers import TRANSPORTS, Reader


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system of its own, gone afterwards whatever happens."""
    place = os.path.join(folder, "disk")
    os.mkdir(place)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "apus-test", place], capture_output=True, text=True)
    if made.returncode != 0:
        raise Skip(f"a small file system cannot be mounted: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(path):
    """Takes all the space there is."""
    with open(path, "ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)


def readiness(server):
    answer = server.get("/readyz")
    return answer.status, answer.json["status"]


def test_ready_again_without_clients(folder):
    """Not even an acknowledgement waits to be written: the server has to try by itself."""
    with small_disk(folder, "12m") as disk:
        with Server(folder, "--commands-per-second", "0", data=os.path.join(disk, "data")) as server:
            alice = server.client("alice")
            make_room(server, "general", alice)
            fill(filler := os.path.join(disk, "filler"))
            wait_for(lambda: alice.command("message.post", room="general", text="x" * 9000).status == 503, "a refusal", 60)
            check(readiness(server) == (503, "cannot_write"), f"full: {readiness(server)}")
            os.remove(filler)
            wait_for(lambda: readiness(server) == (200, "ready"), lambda: f"to be ready again: {readiness(server)}", 10)
            alice.say("general", "again")


def test_full_disk(folder):
    with small_disk(folder, "12m") as disk:
        with Server(folder, "--commands-per-second", "0", data=os.path.join(disk, "data")) as server:
            run_on(server, os.path.join(disk, "filler"))


def run_on(server, filler):
    alice, bob = server.client("alice"), server.client("bob")
    make_room(server, "general", alice, bob)
    commands, replies = {}, {}
    readers = [Reader(bob, transport) for transport in TRANSPORTS]

    def post(text):
        identity = f"post-{len(commands)}"
        commands[identity] = {"text": text}
        answer = alice.command("message.post", room="general", text=text, id=identity)
        if answer.status == 200:
            replies[identity] = answer.json["ok"]
        return answer

    for number in range(20):
        check(post(f"before {number}").status == 200, "a post failed on an empty disk")
    check(readiness(server) == (200, "ready"), f"before: {readiness(server)}")
    fill(filler)
    refused = wait_for(lambda: (answer := post("x" * 9000)).status != 200 and answer, "a write to be refused", 60)
    problem = refused.json
    check(refused.status == 503 and problem["code"] == "storage_unavailable", f"{refused}")
    check(problem["retryable"] is True, "storage_unavailable is not called retryable")
    check(int(refused.headers["Retry-After"]) >= 1, "no Retry-After")
    check(readiness(server) == (503, "cannot_write"), f"full: {readiness(server)}")
    check(server.get("/healthz").status == 200, "a full disk makes /healthz fail")

    head = max(ok["seq"] for ok in replies.values())
    page = bob.get("/v1/rooms/general/messages?limit=200")
    check(page.status == 200 and page.json["messages"][-1]["seq"] == head, f"history: {page}")
    check(bob.sync()["seq"] == head, "sync does not show the last message")
    start = readers[0].track.cursor.rsplit("-", 1)[0] + f"-{readers[0].start_seq}"
    late = [Reader(bob, transport, cursor=start) for transport in TRANSPORTS]
    for reader in readers + late:
        wait_for(lambda: reader.failure or reader.track.seq >= head, f"{reader.name} to read with a full disk")
    check(post("still full").status == 503, "a write was taken by a full disk")
    array = alice.post("/v1/commands", [
        {"id": f"array-{number}", "op": "message.post", "room": "general", "text": "y" * 5000} for number in (1, 2)])
    codes = [reply["error"]["code"] for reply in array.json]
    check(codes == ["storage_unavailable", "not_tried"], f"an array on a full disk: {codes}")

    os.remove(filler)
    # Nobody sends anything: a load balancer sends nobody to a server that is not ready.
    wait_for(lambda: readiness(server) == (200, "ready"), lambda: f"to be ready again by itself: {readiness(server)}", 10)
    for identity in [identity for identity in commands if identity not in replies]:
        replies[identity] = alice.say("general", commands[identity]["text"], id=identity)
    ledger = Ledger(server.data)
    for reader in readers + late:
        reader.ends_at(ledger.head)
        check_delivery(ledger, "bob", reader.start_seq, reader.track.events, reader.name)
    server.restart()
    ledger = Ledger(server.data)
    check_order(ledger)
    check_commands(ledger, "alice", commands, replies, in_order=False)
    check("array-1" not in {event["command_id"] for event in ledger.events}, "a refused command happened")
