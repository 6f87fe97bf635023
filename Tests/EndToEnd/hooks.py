"""Programs: incoming webhooks, bots with tokens, and the example bot."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys

from apus import ROOT, Client, Server, check, make_room, request, succeed, wait_for
from people import set_up
from websocket import WebSocket


def admin(server, name="root"):
    succeed("user", "add", name, "--role", "admin", "--data", server.data)
    return Client(server, succeed("token", name, "--data", server.data), name)


def problem(answer, status, code, what):
    check(answer.status == status and answer.json["code"] == code, f"{what}: {answer}")


def history(client, room):
    return client.get(f"/v1/rooms/{room}/messages?limit=200").json["messages"]


def test_a_webhook_speaks_in_its_room(folder):
    with Server(folder) as server:
        alice, bob = server.client("alice"), server.client("bob")
        alice.do("room.create", kind="public", room="builds")
        bob.do("room.join", room="builds")
        made = alice.post("/v1/rooms/builds/hooks", {"name": "CI 🤖"})
        check(made.status == 201, f"making a hook: {made}")
        hook = made.json
        said = request(server, "POST", hook["url"], {"text": "green", "username": "ignored"})
        check((said.status, said.body) == (200, b"ok"), f"posting: {said}")
        # Sent again by a program that has not heard the answer.
        for _ in range(2):
            again = request(server, "POST", hook["url"], {"text": "once"}, {"Idempotency-Key": "build-7"})
            check(again.status == 200, f"posting with a key: {again}")
        message = history(bob, "builds")
        check([entry["text"] for entry in message] == ["green", "once"], f"the room: {message}")
        people = {user["id"]: user for user in bob.sync()["users"]}
        check(people[message[0]["by"]]["display_name"] == "CI 🤖", f"who said it: {people}")
        check(message[0]["by"] == hook["user"], f"made as {hook}, posts as {message[0]}")
        kinds = {"hook": hook["user"]}
        for path, people in (("members", bob.get("/v1/rooms/builds/members").json["members"]),
                             ("sync", bob.sync()["users"]), ("pages", bob.get("/v1/sync/users").json["users"])):
            found = {one["kind"]: one["id"] for one in people if "kind" in one}
            check(len(people) == 3 and found == kinds, f"who is a webhook, by {path}: {people}")
        check([bob.sync()["rooms"][0]["hooks"], bob.get("/v1/rooms/builds").json["hooks"]] == [1, 1], "how many there are")
        listed = alice.get("/v1/rooms/builds/hooks").json["hooks"]
        check([entry["id"] for entry in listed] == [hook["id"]] and "url" not in listed[0], f"the hooks: {listed}")
        secret = hook["url"].rsplit("/", 1)[1]
        for name in os.listdir(server.data):
            path = os.path.join(server.data, name)
            if os.path.isfile(path):
                check(secret.encode() not in open(path, "rb").read(), f"the hook's token is in {name}")
        check(secret not in server.log_text(), "the hook's token is in the log")


def test_what_a_webhook_refuses(folder):
    with Server(folder) as server:
        alice, bob, carol = (server.client(name) for name in ("alice", "bob", "carol"))
        alice.do("room.create", kind="public", room="builds")
        bob.do("room.join", room="builds")
        for client in (bob, carol):
            problem(client.post("/v1/rooms/builds/hooks", {"name": "x"}), 403, "forbidden", f"{client.name} makes one")
            problem(client.get("/v1/rooms/builds/hooks"), 403, "forbidden", f"{client.name} lists them")
        problem(alice.post("/v1/rooms/nowhere/hooks", {"name": "x"}), 404, "no_such_room", "a hook in no room")
        problem(request(server, "POST", "/v1/rooms/builds/hooks", {"name": "x"}), 401, "unauthorized", "a stranger")
        for body in ({}, {"name": 7}, {"name": ""}, {"name": "x" * 65}, {"name": "a\u202eb"}, {"name": "a\nb"}):
            problem(alice.post("/v1/rooms/builds/hooks", body), 400, "invalid_field", f"a hook named {body}")
        hook = alice.post("/v1/rooms/builds/hooks", {"name": "CI"}).json
        url = hook["url"]
        for body, status, code in (
                ({}, 400, "invalid_field"), ({"text": ""}, 400, "invalid_field"), ({"text": 7}, 400, "invalid_field"),
                ({"text": "x" * 10_001}, 413, "too_large"), ([], 400, "bad_json")):
            problem(request(server, "POST", url, body), status, code, f"the body {str(body)[:40]}")
        problem(request(server, "POST", url, "text=hi", {"Content-Type": "text/plain"}), 415,
                "unsupported_media_type", "a body that is no JSON")
        problem(request(server, "POST", "/v1/hooks/apus_wrong", {"text": "hi"}), 404, "no_such_link", "a wrong token")
        problem(bob.get(url), 405, "method_not_allowed", "GET of a hook")
        gone = f"/v1/rooms/builds/hooks/{hook['id']}"
        problem(request(server, "DELETE", gone, headers=bob.authorization), 403, "forbidden", "a member removes it")
        removed = request(server, "DELETE", gone, headers=alice.authorization)
        check(removed.status == 204, f"removing: {removed}")
        problem(request(server, "DELETE", gone, headers=alice.authorization), 404, "no_such_link", "removing twice")
        problem(request(server, "POST", url, {"text": "late"}), 404, "no_such_link", "a hook that was removed")
        check(history(alice, "builds") == [], "something was said")
        check(hook["user"] not in {user["id"] for user in bob.sync()["users"]}, "the hook is still in the room")


def test_listing_hooks_and_bans_waits_for_no_writer(folder):
    with Server(folder) as server:
        alice = server.client("alice")
        alice.do("room.create", kind="public", room="builds")
        hook = alice.post("/v1/rooms/builds/hooks", {"name": "CI"}).json
        with contextlib.closing(sqlite3.connect(server.data + "/apus.sqlite", isolation_level=None)) as other:
            # Whoever has this lock, the server cannot write, and says so after 5 s.
            other.execute("BEGIN IMMEDIATE")
            hooks = alice.get("/v1/rooms/builds/hooks")
            check(hooks.status == 200 and [one["id"] for one in hooks.json["hooks"]] == [hook["id"]], f"the hooks: {hooks}")
            bans = alice.get("/v1/rooms/builds/bans")
            check(bans.status == 200 and bans.json["users"] == [], f"the bans: {bans}")
            problem(alice.command("message.post", room="builds", text="hi"), 503, "storage_unavailable", "a write")


def test_webhooks_end_when_who_made_them_is_banned(folder):
    with Server(folder) as server:
        root = admin(server)
        people = {name: server.client(name) for name in ("anna", "bert", "carl", "dora")}
        make_room(server, "builds", root, *people.values())
        ids = {name: person.sync()["user"]["id"] for name, person in people.items()}
        hooks = {}
        for name, person in people.items():
            room = person.do("room.create", kind="private", name=f"{name}'s")["room"]
            hooks[name] = person.post(f"/v1/rooms/{room}/hooks", {"name": f"CI of {name}"}).json
        mine = root.post("/v1/rooms/builds/hooks", {"name": "CI"}).json

        def says(hook):
            return request(server, "POST", hook["url"], {"text": "green"})
        for hook in (*hooks.values(), mine):
            check(says(hook).status == 200, "a hook before the ban")
        root.do("user.ban", user=ids["anna"])
        succeed("user", "ban", "bert", "--data", server.data)
        server.stop()
        succeed("user", "ban", "carl", "--data", server.data)
        server.start()
        for name in ("anna", "bert", "carl"):
            problem(says(hooks[name]), 404, "no_such_link", f"a hook that {name} made")
            succeed("user", "unban", name, "--data", server.data)
            problem(says(hooks[name]), 404, "no_such_link", f"a hook that {name} made, after the ban")
            room = hooks[name]["room"]
            check(people[name].get(f"/v1/rooms/{room}/hooks").json["hooks"] == [], f"hooks of {name} are listed")
            members = people[name].get(f"/v1/rooms/{room}/members").json["members"]
            check([member["id"] for member in members] == [ids[name]], f"the hook is still in the room: {members}")
        for hook in (hooks["dora"], mine):
            check(says(hook).status == 200, "somebody else's hook")


def tells_of_commands(answer):
    """A refusal for more commands than one a second, with bursts of 20."""
    told = [answer.headers[name] for name in ("RateLimit-Policy", "RateLimit")]
    wait = answer.headers["Retry-After"]
    check(int(wait) >= 1 and told == ['"commands";q=20;w=20', f'"commands";r=0;t={wait}'], f"{answer.headers}")


def test_webhooks_do_not_get_round_the_rate_limit(folder):
    with Server(folder, "--commands-per-second", "1", "--command-burst", "20") as server:
        root, alice = admin(server), server.client("alice")
        alice.do("room.create", kind="public", room="builds")
        made = [alice.post("/v1/rooms/builds/hooks", {"name": f"CI {number}"}) for number in range(11)]
        check([answer.status for answer in made[:10]] == [201] * 10, f"ten hooks: {made}")
        problem(made[10], 413, "too_large", "the eleventh")
        urls = [answer.json["url"] for answer in made[:10]]
        said = [request(server, "POST", urls[number % 10], {"text": f"{number}"}) for number in range(40)]
        refused = [answer for answer in said if answer.status != 200]
        # 12 of the burst are gone; one more grows back each second.
        check(len(refused) > 10 and len(said) - len(refused) >= 8, f"posting by hooks: {said}")
        for answer in refused:
            problem(answer, 429, "rate_limited", "a post too many")
            tells_of_commands(answer)
        more = alice.post("/v1/rooms/builds/hooks", {"name": "x"})
        problem(more, 429, "rate_limited", "a hook too many")
        tells_of_commands(more)
        bots = [root.post("/v1/bots", {"name": f"bot{number}"}) for number in range(40)]
        check(bots[0].status == 201 and bots[-1].status == 429, f"making bots: {bots}")
        tells_of_commands(bots[-1])


def test_a_bot_is_made_by_an_admin_and_commands_as_anybody(folder):
    with Server(folder) as server:
        root, alice = admin(server), server.client("alice")
        make_room(server, "general", alice)
        problem(alice.post("/v1/bots", {"name": "helper"}), 403, "forbidden", "a member makes a bot")
        made = root.post("/v1/bots", {"name": "helper", "display_name": "Helper"})
        check(made.status == 201, f"making a bot: {made}")
        bot = Client(server, made.json["token"], "helper")
        bot.do("room.join", room="general")
        bot.say("general", "at your service")
        check(history(alice, "general")[0]["by"] == made.json["user"]["id"], "who said it")
        problem(bot.post("/v1/bots", {"name": "another"}), 403, "forbidden", "a bot makes a bot")
        problem(root.post("/v1/bots", {"name": "helper"}), 409, "name_taken", "a name twice")
        for body in ({}, {"name": "A B"}, {"name": "ok", "display_name": ""}):
            problem(root.post("/v1/bots", body), 400, "invalid_field", f"a bot {body}")


def test_tokens_are_replaced(folder):
    with Server(folder) as server:
        root, other = admin(server), server.client("other")
        bot = root.post("/v1/bots", {"name": "helper"}).json

        def ends(client, replace):
            """The token and its streams end, another one works; what it is."""
            stream = WebSocket(server, client.token)
            stream.frames("hello")
            check(client.get("/v1/sync").status == 200, "the token before")
            token = replace()
            check(stream.closing()[1] == 4401, "a stream of the token that was replaced")
            problem(client.get("/v1/sync"), 401, "unauthorized", "the token that was replaced")
            fresh = Client(server, token, client.name)
            check(fresh.get("/v1/sync").json["user"]["name"] == client.name, "the new token")
            return fresh

        path = f"/v1/bots/{bot['user']['id']}/token"
        helper = ends(Client(server, bot["token"], "helper"), lambda: root.post(path, {}).json["token"])
        more = succeed("token", "helper", "--data", server.data)
        check(helper.get("/v1/sync").status == 200, "a token more ends the others")
        helper = ends(helper, lambda: succeed("token", "helper", "--replace", "--data", server.data))
        problem(Client(server, more, "helper").get("/v1/sync"), 401, "unauthorized", "the third token")
        for client in (helper, other):
            problem(client.post(path, {}), 403, "forbidden", f"{client.name} replaces it")
        for who in (root.sync()["user"]["id"], "u_nobody"):
            problem(root.post(f"/v1/bots/{who}/token", {}), 404, "no_such_user", "who is no bot")
        check(other.get("/v1/sync").status == 200, "another account's token")
        server.stop()
        offline = succeed("token", "helper", "--replace", "--data", server.data)
        server.start()
        problem(helper.get("/v1/sync"), 401, "unauthorized", "a token that was replaced without a server")
        check(Client(server, offline, "helper").get("/v1/sync").status == 200, "the one made without a server")


def test_sessions_outlive_a_new_token(folder):
    with Server(folder) as server:
        olga = set_up(server)
        token = Client(server, succeed("token", "olga", "--data", server.data), "olga")
        stream = WebSocket(server, olga.token)
        stream.frames("hello")
        succeed("token", "olga", "--replace", "--data", server.data)
        problem(token.get("/v1/sync"), 401, "unauthorized", "the token that was replaced")
        olga.say("general", "still here")
        check(stream.frames("batch") and olga.get("/v1/sync").status == 200, "the session")


def test_the_example_bot_answers_once_whatever_happens(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        alice = server.client("alice")
        alice.do("room.create", kind="public", room="general")
        succeed("user", "add", "echo", "--role", "bot", "--data", server.data)
        token = os.path.join(folder, "token")
        with open(token, "w") as file:
            file.write(succeed("token", "echo", "--data", server.data))
        arguments = [sys.executable, os.path.join(ROOT, "Examples", "echo_bot.py"),
                     f"http://127.0.0.1:{server.port}", token, os.path.join(folder, "cursor"), "general"]

        def answers():
            return [entry["text"] for entry in history(alice, "general") if not entry["text"].startswith("!")]

        def members():
            return len(alice.sync()["users"])

        bot = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: members() == 2, "the bot to join")
            # An answer that the server refuses is not the bot's end.
            alice.say("general", "!echo ")
            for round_ in range(6):
                # Whatever dies in the middle, every question has its one answer.
                for number in range(5):
                    alice.say("general", f"!echo {round_}-{number}")
                if round_ % 2:
                    bot.kill()
                    bot.wait()
                    bot = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
                else:
                    server.restart()
            wanted = [f"{round_}-{number}" for round_ in range(6) for number in range(5)]
            wait_for(lambda: len(answers()) >= len(wanted), lambda: f"all answers; there are {answers()}", 30)
            check(answers() == wanted, f"the answers: {answers()}")
        finally:
            bot.send_signal(signal.SIGKILL)
            bot.wait()
