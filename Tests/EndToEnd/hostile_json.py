"""JSON that is deep, torn, doubled or of the wrong types: the right code, by POST and by WebSocket, and never an event."""

import itertools
import os
import re

from apus import ROOT, Server, check, request, succeed
from bystanders import Bystanders
from websocket import WebSocket

DEEP = "[" * 100_000
# Bodies that are no commands at all: what POST says of them; a frame with them is 4400 (see hostile_websocket.py).
BODIES = [
    (b"", "bad_json"), (b"nonsense", "bad_json"), (DEEP.encode(), "bad_json"), (b'{"a":' * 100_000, "bad_json"), (b"{", "bad_json"), (b'{"op":"x"} x', "bad_json"),
    (b'{"op":"read","op":"typing"}', "bad_json"), (b'{"op":"\xff"}', "bad_json"), (b'{"op":"\\ud800"}', "bad_json"), (b'{"op":"\\udc00\\ud800"}', "bad_json"),
    (b'{"op":"\\u00"}', "bad_json"), (b'{"op":"a\nb"}', "bad_json"), (b'{"n":1e999}', "bad_json"), (b'{"n":' + b"9" * 500_000 + b"}", "bad_json"), (b'{"n":01}', "bad_json"),
    (b'{"n":+1}', "bad_json"), (b'{"n":NaN}', "bad_json"), (b"{'op':1}", "bad_json"), (b"[1,]", "bad_json"), (b"\xef\xbb\xbf{}", "bad_json"), (b"\0", "bad_json"),
    (b"1", "bad_request"), (b"null", "bad_request"), (b'"x"', "bad_request"), (b"[]", "bad_request"), (b"[" + b"{}," * 100 + b"{}]", "bad_request"),
    (b"{}", "invalid_field"),
]
WRONG = [None, True, 1, 1.5, -1, 2 ** 53, "", [], {}, [[]], {"a": 1}, "x" * 70_000, "\0", "\U0010ffff" * 100]
# A command of each kind that would do, with what each field may be after all.
COMMANDS = {
    "message.post": {"room": "storm", "text": "hello"}, "room.create": {"kind": "public", "room": "new", "name": "New", "topic": "t", "history": "all"},
    "room.join": {"room": "storm"}, "room.leave": {"room": "storm"}, "read": {"room": "storm", "number": 1}, "typing": {"room": "storm", "on": True},
    "presence": {"state": "online"}, "ack": {"connection": "c_x", "seq": 0},
    "message.edit": {"room": "storm", "number": 1, "text": "better"}, "reaction.add": {"room": "storm", "number": 1, "emoji": "👍"},
    "reaction.remove": {"room": "storm", "number": 1, "emoji": "👍"}, "message.delete": {"room": "storm", "number": 1},
    "settings.update": {"name": "theme", "value": "dark"}, "room.direct": {"users": ["u_x"]}, "room.update": {"room": "storm", "name": "S", "topic": "t", "history": "all"},
    "member.add": {"room": "storm", "user": "u_x"}, "member.remove": {"room": "storm", "user": "u_x"}, "member.role": {"room": "storm", "user": "u_x", "role": "admin"},
    "member.ban": {"room": "storm", "user": "u_x"}, "member.unban": {"room": "storm", "user": "u_x"}, "user.update": {"display_name": "M"},
    "user.role": {"user": "u_x", "role": "admin"}, "user.ban": {"user": "u_x"}, "user.unban": {"user": "u_x"},
    "room.archive": {"room": "storm", "on": False},  # the last, for it succeeds
}
OPTIONAL = {("room.create", "name"), ("room.create", "topic"), ("room.create", "history"), ("room.update", "name"), ("room.update", "topic"), ("room.update", "history"),
            ("room.archive", "on")}
REFUSALS = {"invalid_field", "no_such_room", "no_such_connection", "no_such_user", "no_such_message", "forbidden", "too_large", "unknown_op"}


def fits(op, field, value):
    """Whether a wrong value is right here after all."""
    text = isinstance(value, str) and "\0" not in value
    if value is None and (op, field) in OPTIONAL:
        return True
    if (op, field) == ("settings.update", "value"):
        return len(repr(value)) < 10_000
    if field == "text":
        return text and 0 < len(value) <= 10_000
    if field == "topic":
        return text and len(value) <= 1000
    if (op, field) in OPTIONAL and field == "name":
        return text and 0 < len(value) <= 100
    if field == "on":
        return value is True
    return field == "number" and value == 1 and value is not True


def variants():
    """(what, command, whether it may succeed)."""
    for op, fields in COMMANDS.items():
        for field in fields:
            if (op, field) not in OPTIONAL:
                yield f"{op} without {field}", {"op": op} | {key: value for key, value in fields.items() if key != field}, False
            for value in WRONG:
                yield f"{op} with {field} {value!r}"[:80], {"op": op} | fields | {field: value}, fits(op, field, value)
    for op in ["", "x", "message", "message.", "message.post ", "MESSAGE.POST", "message.post\0", "mes\u00adsage.post", "ｍessage.post", "__init__", "x" * 70_000, "../read"]:
        yield f"op {op!r}"[:80], {"op": op}, False
    for op in WRONG:
        yield f"op {op!r}"[:80], {"op": op, "room": "storm", "text": "x"}, False


def verdict(what, problem, may_succeed):
    """What is wrong with an answer, or None."""
    if problem is None:
        return None if may_succeed else f"{what}: accepted"
    if may_succeed and problem["code"] == "room_exists":
        return None
    if problem["code"] not in REFUSALS or may_succeed:
        return f"{what}: {problem}"
    return None if problem["detail"] and len(problem["detail"]) < 500 and problem["retryable"] is False else f"{what}: {problem}"


def test_by_post(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        mallory = server.client("mallory")
        mallory.do("room.create", kind="public", room="storm")  # its admin: else commands would fail for another reason
        mallory.say("storm", "one")
        with Bystanders(server):
            json_type = {"Content-Type": "application/json"}
            faults = []
            for body, code in BODIES:
                answer = mallory.post("/v1/commands", body, json_type)
                if answer.status != 400 or answer.json["code"] != code or len(answer.json["detail"]) > 500:
                    faults.append(f"{body[:60]}: {answer}, expected {code}")
            for number, (what, command, may_succeed) in enumerate(variants()):
                answer = mallory.post("/v1/commands", {"id": f"v-{number}"} | command)
                if answer.status >= 500:
                    faults.append(f"{what}: {answer}")
                elif fault := verdict(what, None if answer.status == 200 else answer.json, may_succeed):
                    faults.append(fault)
            for value in WRONG:
                answer = mallory.post("/v1/commands", {"id": value, "op": "presence", "state": "away"})
                if (answer.status, answer.json.get("code")) != (400, "invalid_field"):
                    faults.append(f"id {value!r}: {answer}"[:200])
            for body in ["", "1", "[]", "null", DEEP, '{"limit":1e99}', '{"limit":[]}', '{"limit":"x"}', '{"cursor":1}', '{"cursor":{}}', '{"wait":-1}', '{"observe":2}',
                         '{"rooms":{}}', '{"client":""}', '{"client":[]}', '{"a":1,"a":2}']:
                answer = mallory.post("/v1/stream", body.encode(), json_type)
                if answer.status != 400 or answer.json["code"] not in ("bad_json", "invalid_field"):
                    faults.append(f"poll {body[:40]}: {answer}")
            for media in ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonx", "multipart/form-data; boundary=application/json"]:
                answer = mallory.post("/v1/commands", b'{"op":"presence","state":"away"}', {"Content-Type": media})
                if (answer.status, answer.json["code"]) != (415, "unsupported_media_type"):
                    faults.append(f"{media}: {answer}")
            check(not faults, "\n".join(faults))


def test_by_websocket(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        mallory = server.client("mallory")
        mallory.do("room.create", kind="public", room="storm")  # its admin: else commands would fail for another reason
        mallory.say("storm", "one")
        with Bystanders(server):
            client = WebSocket(server, mallory.token)
            client.frames("hello")
            faults, count = [], 0
            for number, (what, command, may_succeed) in enumerate(variants()):
                client.send(command={"id": f"v-{number}"} | command)
                reply = client.frames("reply")
                if reply["id"] != f"v-{number}":
                    faults.append(f"{what}: {reply}")
                elif fault := verdict(what, reply.get("error"), may_succeed):
                    faults.append(fault)
                count += 1
            for content in [None, 1, "x", [], {}, [1], [None, []], [{}] * 101, {"op": "read"}, {"id": "x"}, {"id": "x" * 65, "op": "read"}, {"id": "a\0", "op": "read"}]:
                client.send(command=content)
                for _ in content if isinstance(content, list) and 0 < len(content) <= 100 else [1]:
                    reply = client.frames("reply")
                    if reply.get("error", {}).get("code") not in ("bad_request", "invalid_field"):
                        faults.append(f"command {content!r}: {reply}"[:300])
            check(count > 200 and not faults, "\n".join(faults))
            client.send(probe="still here")
            check(client.frames("probe") == "still here", "the connection")


def test_large_bodies(folder):
    """Whatever route takes a body takes a large one as it should, or says what is wrong."""
    with Server(folder, "--sign-in-tries", "0") as server:
        alice = server.client("alice")
        succeed("user", "role", "alice", "owner", "--data", server.data)
        paths = re.findall(r"\n  (/\S*):(?:\n(?!  /).*)*?\n    post:", open(os.path.join(ROOT, "Protocol", "openapi.yaml"), encoding="utf-8").read())
        check(len(paths) > 10, f"the routes that take a body: {paths}")
        faults = []
        for path, size, headers in itertools.product(paths, (66_000, 1_100_000), (alice.authorization, {})):
            answer = request(server, "POST", path, {"name": "x" * size, "text": "y"}, headers)
            # What a route does not know it ignores.
            if answer.status != 413 if size > 1 << 20 else answer.status >= 500 or answer.status >= 300 and "code" not in answer.json:
                faults.append(f"{path} with {size} bytes: {str(answer)[:200]}")
        check(not faults, "\n".join(faults))


def test_every_command_is_tried(folder):
    with Server(folder) as server:
        detail = server.client("alice").command("no.such").json["detail"]
        check(set(COMMANDS) == set(re.findall(r"[a-z]+\.?[a-z]+", detail.split("there are")[1])), f"{sorted(COMMANDS)} are tried; {detail}")


def test_in_arrays(folder):
    """A faulty command fails alone: the good ones around it happen."""
    with Server(folder, "--commands-per-second", "0") as server:
        alice = server.client("alice")
        with Bystanders(server):
            alice.do("room.join", room="calm")
            good = [{"id": f"g-{number}", "op": "message.post", "room": "calm", "text": "good"} for number in range(4)]
            items = [good[0], None, good[1], {"id": "x", "op": "frob"}, good[2], {"id": 5, "op": "read"}, [], good[3]]
            answers = alice.post("/v1/commands", items).json
            check(["ok" in answer for answer in answers] == [True, False, True, False, True, False, False, True], f"{answers}")
            check(len({answer["ok"]["number"] for answer in answers if "ok" in answer}) == 4, f"{answers}")
