"""Tokens of the operator's own application: who they speak for, and what is not taken."""

import base64
import hashlib
import hmac
import json
import os
import time

from apus import Client, Server, check, environment, make_room, run, succeed, wait_for
from websocket import Closed, WebSocket

SECRET, OTHER = b"0123456789abcdef0123456789abcdef", b"fedcba9876543210fedcba9876543210"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(subject="42", secret=SECRET, key="k1", **claims):
    header = {"alg": "HS256", "typ": "JWT", "kid": key}
    payload = {"iss": "https://shop.example", "sub": subject, "aud": "apus", "exp": int(time.time()) + 600} | claims
    signed = ".".join(encode(json.dumps(part).encode()) for part in (header, payload))
    return f"{signed}.{encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def write_keys(folder, *secrets):
    path = os.path.join(folder, "keys.json")
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump({"keys": [{"kty": "oct", "kid": kid, "k": encode(secret)} for kid, secret in secrets]}, file)
    os.replace(path + ".new", path)
    return path


def serve(folder):
    keys = write_keys(folder, ("k1", SECRET))
    return Server(folder, "--jwt-keys", keys, "--jwt-audience", "apus", "--jwt-issuer", "https://shop.example")


def whoami(server, text):
    return Client(server, text, "jwt").get("/v1/sync")


def bye(stream):
    _, code = stream.closing()
    check(code == 4401, f"the stream of somebody who may not be here: {code}")


def test_people_of_another_application_chat(folder):
    with serve(folder) as server:
        local = server.client("ada")
        make_room(server, "general", local)
        # The same name is another person.
        text = token(name="Ada of the shop", preferred_username="ada")
        ada = Client(server, text, "ada")
        me = ada.sync()["user"]
        check((me["name"], me["display_name"]) == ("ada-2", "Ada of the shop"), f"who the token speaks for: {me}")
        check(me["id"] != local.sync()["user"]["id"], "the token opens a local account")
        ada.do("room.join", room="general")
        socket = WebSocket(server, text)
        name, hello = socket.receive()
        check(name == "hello" and hello["user"]["id"] == me["id"], f"hello: {hello}")
        ada.say("general", "hello from the shop")
        socket.socket.close()
        # Seen again, with another token and another name: the same person.
        again = whoami(server, token(name="Ada Lovelace")).json["user"]
        check((again["id"], again["display_name"]) == (me["id"], "Ada Lovelace"), f"seen again: {again}")
        check(text not in server.log_text(), "a token is in the log")
        server.restart()
        check(whoami(server, token()).json["user"] == again, "another account after a restart")


def test_what_is_not_taken(folder):
    with serve(folder) as server:
        now = int(time.time())
        wrong = {
            "another key": token(secret=OTHER), "an unknown key": token(key="k9"), "another audience": token(aud="else"),
            "another issuer": token(iss="https://else.example"), "expired": token(exp=now - 61),
            "not yet": token(nbf=now + 120), "no end": token(exp=None), "nobody": token(subject=""),
            "no token": "a.b.c", "empty": "..", "long": token(name="x" * 9000),
        }
        for what, text in wrong.items():
            answer = whoami(server, text)
            check(answer.status == 401 and answer.json["code"] == "unauthorized", f"{what}: {answer}")
            try:
                WebSocket(server, text).receive()
                check(False, f"{what}: a stream was opened")
            except Closed as closed:
                check(closed.code == 4401, f"{what}: {closed}")
        users = succeed("user", "list", "--data", server.data)
        check("shop" not in users and len(users.splitlines()) <= 1, f"accounts were made: {users}")


def test_bans_hold_and_keys_change(folder):
    with serve(folder) as server:
        first = token(preferred_username="eve")
        check(whoami(server, first).status == 200, "the token is not taken")
        stream = WebSocket(server, first)
        check(stream.receive()[0] == "hello", "no hello")
        succeed("user", "ban", "eve", "--data", server.data)
        bye(stream)
        _, code = WebSocket(server, first).closing()
        check(code in (4401, 4403), f"somebody who is banned is told {code}, and may come back")
        for text in (first, token(name="Eve again")):
            check(whoami(server, text).status in (401, 403), f"banned and let in: {whoami(server, text)}")
        newer, older = token(subject="43", secret=OTHER, key="k2"), token(subject="44")
        check(whoami(server, newer).status == 401, "a key that is not there yet")
        stream = WebSocket(server, older)
        check(stream.receive()[0] == "hello", "no hello")
        path = write_keys(folder, ("k2", OTHER), ("k1", SECRET))
        wait_for(lambda: whoami(server, newer).status == 200, "the new key")
        check(whoami(server, older).status == 200, "another key has ended what this one opened")
        path = write_keys(folder, ("k2", OTHER))
        bye(stream)
        check(whoami(server, older).status == 401, "the old key is still good")
        with open(path, "w", encoding="utf-8") as file:
            file.write("{broken")
        wait_for(lambda: "JWT keys kept" in server.log_text(), "a word in the log about the broken file")
        check(whoami(server, token(subject="45", secret=OTHER, key="k2")).status == 200, "a broken file took the keys away")


def test_what_is_open_ends_with_its_token(folder):
    with serve(folder) as server:
        leeway = 60
        text = token(exp=int(time.time()) - leeway + 4)
        chat = Client(server, text, "ada")
        chat.do("room.create", kind="public", room="hall")
        stream = WebSocket(server, text)
        check(stream.receive()[0] == "hello", "no hello")
        begun = time.monotonic()
        poll = chat.get(f"/v1/stream?wait=30&cursor={chat.sync()['cursor']}")
        check(poll.status == 401 and time.monotonic() - begun < 10, f"{poll} after {time.monotonic() - begun:.1f} s")
        bye(stream)
        check(time.monotonic() - begun < 12, f"the stream has ended after {time.monotonic() - begun:.1f} s")


def test_settings_that_cannot_be(folder):
    broken = os.path.join(folder, "broken.json")
    with open(broken, "w", encoding="utf-8") as file:
        json.dump({"keys": [{"kty": "oct", "k": encode(b"short")}]}, file)
    for arguments, code, words in (
            (("--jwt-keys", broken), 2, "go together"), (("--jwt-audience", "apus"), 2, "go together"),
            (("--jwt-keys", broken, "--jwt-audience", "apus"), 1, "at least 32 bytes"),
            (("--jwt-keys", broken + ".none", "--jwt-audience", "apus"), 1, "cannot be read")):
        done = run("serve", "--data", os.path.join(folder, "data"), "--port", "0", *arguments, env=environment())
        check(done.returncode == code and words in done.stderr, f"{arguments}: {done.returncode} {done.stderr}")
