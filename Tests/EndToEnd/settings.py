"""Limits: where they may be set, which setting wins, and what they do."""

import json
import os

from apus import Server, check, make_room, request, wait_for
from websocket import WebSocket


def limits(client):
    socket = WebSocket(client.server, client.token)
    try:
        return socket.frames("hello")["limits"]
    finally:
        socket.close()


def settings_file(folder, **values):
    path = os.path.join(folder, "settings.json")
    with open(path, "w") as file:
        json.dump(values, file)
    return path


def test_flag_beats_environment_beats_file(folder):
    config = settings_file(folder, **{"max-text": 30, "command-burst": 31, "streams-per-user": 32})
    env = {"APUS_MAX_TEXT": "20", "APUS_COMMAND_BURST": "21"}
    with Server(folder, "--config", config, "--max-text", "10", env=env) as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        found = limits(alice)
        check(found["text"] == 10, f"the flag does not beat the environment: {found}")
        check(found["command_burst"] == 21, f"the environment does not beat the file: {found}")
        check(found["streams_per_user"] == 32, f"the file does not beat the default: {found}")
        check(found["commands_per_second"] == 20, f"another default than documented: {found}")
        check(alice.command("message.post", room="general", text="é" * 10).status == 200, "10 characters are refused")
        answer = alice.command("message.post", room="general", text="é" * 11)
        check(answer.status == 413 and answer.json["code"] == "too_large", f"11 characters: {answer}")


def test_file_named_by_the_environment(folder):
    config = settings_file(folder, **{"max-text": 77, "log-level": "error"})
    with Server(folder, env={"APUS_CONFIG": config}) as server:
        check(limits(server.client("alice"))["text"] == 77, "APUS_CONFIG is not read")
        check(server.log_text() == "", f"log-level error in the file, but: {server.log_text()}")


def test_default_command_limit(folder):
    with Server(folder) as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", bob)
        alice.do("room.join", room="general")
        # One array comes at one moment: 59 are left after the join, one more may have come back by then.
        items = [{"id": f"c-{number}", "op": "typing", "room": "general", "on": True} for number in range(100)]
        replies = alice.post("/v1/commands", items).json
        passed = sum("ok" in reply for reply in replies)
        check(59 <= passed <= 62, f"{passed} of 100 commands at once were taken")
        codes = [reply["error"]["code"] for reply in replies[passed:]]
        check(codes == ["rate_limited"] + ["not_tried"] * (len(codes) - 1), f"after the limit: {codes[:3]}")
        check(0 < replies[passed]["error"]["retry_after_ms"] <= 1000, f"{replies[passed]}")
        for _ in range(40):
            answer = alice.command("typing", room="general", on=True)
            if answer.status != 200:
                break
        check(answer.status == 429 and answer.json["code"] == "rate_limited" and answer.json["retryable"], f"{answer}")
        check(int(answer.headers["Retry-After"]) >= 1, "429 without Retry-After")
        check(bob.command("typing", room="general", on=True).status == 200, "bob pays for alice")


def test_repeats_cost_nothing(folder):
    with Server(folder, "--commands-per-second", "1", "--command-burst", "3") as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        first = alice.say("general", "one", id="c-1")
        alice.say("general", "two")
        for _ in range(10):
            again = alice.say("general", "one", id="c-1")
            check(again.pop("repeated") is True and again == first, f"{again} but first {first}")


def test_default_stream_limit(folder):
    with Server(folder) as server:
        alice, bob = server.client("alice"), server.client("bob")
        open_streams = [WebSocket(server, alice.token) for _ in range(20)]
        for stream in open_streams:
            stream.frames("hello")
        frames, code = WebSocket(server, alice.token).closing()
        check(code == 4429, f"the 21st stream: {frames} and close code {code}")
        check([name for name, _ in frames] in ([], ["bye"]), f"the 21st stream got {frames}")
        for what, answer in [
            ("SSE", sse(alice)), ("long poll", alice.get("/v1/stream?wait=1")), ("short poll", alice.get("/v1/stream"))]:
            check(answer.status == 429 and answer.json["code"] == "too_many_streams", f"{what}: {answer}")
            check(int(answer.headers["Retry-After"]) >= 1, "429 without Retry-After")
        WebSocket(server, bob.token).frames("hello")
        open_streams.pop().close()
        wait_for(lambda: alice.get("/v1/stream").status == 200, "the place of a stream that is gone")


def sse(client):
    return request(client.server, "GET", "/v1/stream", headers=client.authorization | {"Accept": "text/event-stream"})


def test_zero_is_no_limit(folder):
    with Server(folder, "--commands-per-second", "0", "--streams-per-user", "0", "--max-text", "0") as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        found = limits(alice)
        check([found[key] for key in ("commands_per_second", "streams_per_user", "text")] == [0, 0, 0], f"{found}")
        streams = [WebSocket(server, alice.token) for _ in range(50)]
        for stream in streams:
            stream.frames("hello")
        items = [{"id": f"c-{number}", "op": "message.post", "room": "general", "text": "x"} for number in range(100)]
        for start in range(3):
            replies = alice.post("/v1/commands", [item | {"id": f"{start}-{item['id']}"} for item in items]).json
            check(all("ok" in reply for reply in replies), f"{replies[-1]}")
        check(alice.say("general", "é" * 30_000)["number"] == 301, "a long text")
