"""Being signed in: sessions and their end, passwords, tickets, throttling, trusted proxies."""

import http.client
import json
import os
import sqlite3

from apus import Client, Server, check, exchange, request, run, succeed, wait_for
from bystanders import resident
from people import PASSWORD, delete, expect, post, set_up, sign_in, sign_up, works
from websocket import WebSocket

BROWSER = {"User-Agent": "Mozilla/5.0 (test) " + "x" * 200}


def test_sessions_are_listed_and_ended(folder):
    with Server(folder) as server:
        olga = set_up(server)
        first, second = sign_in(server, "olga", headers=BROWSER), sign_in(server, "olga")
        listed = first.get("/v1/sessions").json["sessions"]
        check(len(listed) == 3 and [entry["current"] for entry in listed].count(True) == 1, f"{listed}")
        mine = next(entry for entry in listed if entry["current"])
        check(mine["label"] == BROWSER["User-Agent"][:100] and mine["id"].startswith("s_"), f"{mine}")
        check(mine["created_at"] == mine["used_at"] < mine["expires_at"], f"{mine}")
        other = server.client("bert")
        expect(delete(other, f"/v1/sessions/{mine['id']}"), 404, "not_found")
        expect(delete(other, "/v1/sessions/current"), 404, "not_found")
        check(works(first), "another user has ended a session")
        expect(delete(second, f"/v1/sessions/{mine['id']}"), 204)
        check(not works(first) and works(second) and works(olga), "one session should have ended")
        expect(delete(second, "/v1/sessions/current"), 204)
        check(not works(second), "the session should have ended")
        third = sign_in(server, "olga")
        expect(delete(third, "/v1/sessions?others=1"), 204)
        check(works(third) and not works(olga), "all but this one should have ended")
        gone = expect(delete(third, "/v1/sessions"), 204)
        check("Max-Age=0" in gone.headers["Set-Cookie"] and not works(third), f"{gone}")
        token = third.token
        for name in os.listdir(server.data):
            if name.startswith("apus.sqlite"):
                with open(os.path.join(server.data, name), "rb") as file:
                    kept = file.read()
                check(token.encode() not in kept and PASSWORD.encode() not in kept, f"a secret is in {name}")
        for secret in (token, olga.token, PASSWORD):
            check(secret not in server.log_text(), "a secret is in the log")


def test_streams_end_with_their_session(folder):
    with Server(folder) as server:
        olga = set_up(server)
        ending, staying = sign_in(server, "olga"), sign_in(server, "olga")
        socket, other = WebSocket(server, ending.token), WebSocket(server, staying.token)
        for stream in (socket, other):
            stream.frames("hello")
        cursor = ending.sync()["cursor"]
        poll = server.connect()
        poll.sendall(
            f"GET /v1/stream?wait=50&cursor={cursor} HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {ending.token}\r\n\r\n".encode())
        events = server.connect()
        events.sendall(
            f"GET /v1/stream HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {ending.token}\r\n\r\n".encode())
        wait_for(lambda: 'apus_readers{transport="sse"} 1' in server.get("/metrics").body.decode()
                 and 'apus_readers{transport="long_poll"} 1' in server.get("/metrics").body.decode(), "all streams")
        expect(delete(ending, "/v1/sessions/current"), 204)
        frames, code = socket.closing()
        check(code == 4401 and frames[-1] == ("bye", {"code": "unauthorized", "reconnect": False, "spread_ms": 0}), f"{frames} {code}")
        poll.settimeout(10)
        check(poll.recv(65536).startswith(b"HTTP/1.1 401 "), "a waiting poll")
        events.settimeout(10)
        said = b""
        while more := events.recv(65536):
            said += more
        check(b"event: bye" in said and b'"code":"unauthorized"' in said, f"{said[-300:]}")
        olga.say("general", "still here")
        check(other.frames("batch") is not None and works(staying), "another session's stream")


def test_a_stream_is_ended_by_a_ban_and_by_time(folder):
    with Server(folder) as server:
        olga = set_up(server)
        anna = sign_up(server, "anna", olga.post("/v1/invites", {}).json["secret"])
        stream = WebSocket(server, anna.token)
        stream.frames("hello")
        olga.do("user.ban", user=anna.id)
        check(stream.closing()[1] == 4401, "a banned user's stream")
        expect(anna.get("/v1/sync"), 401, "unauthorized")
        expect(post(server, "/v1/sessions", {"name": "anna", "password": PASSWORD}), 403, "banned")
        expect(post(server, "/v1/sessions", {"name": "anna", "password": "a wrong one"}), 401, "wrong_credentials")
        olga.do("user.unban", user=anna.id)
        anna = sign_in(server, "anna")
        server.stop()
        with sqlite3.connect(server.data + "/apus.sqlite") as database:
            database.execute("UPDATE token SET expires_at = used_at WHERE label IS NOT NULL")
        server.start()
        expect(anna.get("/v1/sync"), 401, "unauthorized")
        counted = "SELECT count(*) FROM token"
        wait_for(lambda: sqlite3.connect(server.data + "/apus.sqlite").execute(counted).fetchone() == (0,), "their end")


def test_passwords(folder):
    with Server(folder) as server:
        olga = set_up(server)
        other = sign_in(server, "olga")
        change = {"old": PASSWORD, "new": "a better password"}
        expect(olga.post("/v1/password", change | {"old": "not the old one"}), 401, "wrong_credentials")
        expect(olga.post("/v1/password", change | {"new": "short"}), 400, "invalid_field")
        expect(olga.post("/v1/password", change | {"new": "x" * 1001}), 400, "invalid_field")
        check(works(other), "a password that was not changed ends sessions")
        expect(olga.post("/v1/password", change), 204)
        check(works(olga) and not works(other), "the other sessions should have ended")
        expect(post(server, "/v1/sessions", {"name": "olga", "password": PASSWORD}), 401, "wrong_credentials")
        sign_in(server, "olga", "a better password")

        anna = sign_up(server, "anna", olga.post("/v1/invites", {}).json["secret"])
        admin = sign_up(server, "adam", olga.post("/v1/invites", {}).json["secret"])
        olga.do("user.role", user=admin.id, role="admin")
        expect(anna.post(f"/v1/users/{admin.id}/reset", {}), 403, "forbidden")
        expect(admin.post(f"/v1/users/{olga.id}/reset", {}), 403, "forbidden")
        expect(admin.post("/v1/users/u_nobody/reset", {}), 404, "no_such_user")
        link = expect(admin.post(f"/v1/users/{anna.id}/reset", {}), 201).json
        check(link["secret"].startswith("reset_") and link["uses_left"] == 1 and "expires_at" in link, f"{link}")
        body = {"reset": link["secret"], "new": "her new password"}
        expect(post(server, "/v1/password", body | {"reset": "reset_nonsense"}), 404, "no_such_link")
        expect(post(server, "/v1/password", body | {"new": "short"}), 400, "invalid_field")
        again = expect(post(server, "/v1/password", body), 201)
        check(works(Client(server, again.json["token"], "anna")) and not works(anna), "a reset begins one session and ends others")
        expect(post(server, "/v1/password", body), 404, "no_such_link")
        sign_in(server, "anna", "her new password")


def test_tickets(folder):
    with Server(folder) as server:
        olga = set_up(server)
        made = expect(olga.post("/v1/tickets", {}), 201).json
        check(set(made) == {"ticket", "expires_at"}, f"{made}")
        stream = WebSocket(server, "", f"/v1/stream?ticket={made['ticket']}")
        # An `Authorization` header that is no good wins over the ticket, which stays good.
        check(stream.closing()[1] == 4401, "a ticket beside a bad header")
        answer = server.get(f"/v1/stream?ticket={made['ticket']}")
        check(answer.status == 200 and answer.json["cursor"], f"{answer}")
        expect(server.get(f"/v1/stream?ticket={made['ticket']}"), 401, "unauthorized")
        unused = olga.post("/v1/tickets", {}).json["ticket"]
        expect(server.get(f"/v1/sync?ticket={unused}"), 401, "unauthorized")
        expect(delete(olga, "/v1/sessions/current"), 204)
        expect(server.get(f"/v1/stream?ticket={unused}"), 401, "unauthorized")
        expect(post(server, "/v1/tickets", {}), 401, "unauthorized")
        check(made["ticket"] not in server.log_text() and unused not in server.log_text(), "a ticket is in the log")


def test_throttling(folder):
    with Server(folder, "--sign-in-tries", "3") as server:
        set_up(server)
        server.client("anna")
        here = sign_in(server, "olga").cookies["apus_device"]
        wrong = {"name": "anna", "password": "not hers at all"}
        for _ in range(3):
            expect(post(server, "/v1/sessions", wrong), 401, "wrong_credentials")
        refused = expect(post(server, "/v1/sessions", wrong), 429, "rate_limited")
        told = [refused.headers[name] for name in ("RateLimit-Policy", "RateLimit")]
        wanted = ['"sign-in";q=3;w=60', f'"sign-in";r=0;t={refused.headers["Retry-After"]}']
        check(told == wanted, f"{told}, not {wanted}")
        check(0 < int(refused.headers["Retry-After"]) <= 20, f"{refused.headers}")
        expect(post(server, "/v1/sessions", wrong | {"name": "not-there"}), 429, "rate_limited")
        # The owner has signed in from this address; attacked from here as well, the browser's cookie helps.
        for _ in range(3):
            expect(post(server, "/v1/sessions", wrong | {"name": "olga"}), 401, "wrong_credentials")
        expect(post(server, "/v1/sessions", {"name": "olga", "password": PASSWORD}), 429, "rate_limited")
        sign_in(server, "olga", headers={"Cookie": f"apus_device={here}"})
        expect(post(server, "/v1/sessions", {"name": "anna", "password": PASSWORD}, {"Cookie": f"apus_device={here}"}), 429)


def test_a_refusal_says_what_credentials_are_taken(folder):
    """RFC 9110 section 15.5.2: every 401 does, a wrong password as well."""
    with Server(folder) as server:
        set_up(server)
        for answer in (
            server.get("/v1/sync"), server.get("/v1/stream"),
            expect(post(server, "/v1/sessions", {"name": "olga", "password": "not hers"}), 401, "wrong_credentials"),
        ):
            check(answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer", f"{answer} {answer.headers}")


def test_names_that_nobody_can_have_are_not_kept(folder):
    with Server(folder, "--sign-in-tries", "1000000") as server:
        set_up(server)
        name = "x" * 1_000_000
        before = resident(server)
        for number in range(60):
            expect(post(server, "/v1/sessions", {"name": f"{name}{number}", "password": PASSWORD}), 401, "wrong_credentials")
        grown = (resident(server) - before) // 2 ** 20
        check(grown < 40, f"60 names of 1 MB: the server has grown by {grown} MiB")


def test_a_trusted_proxy_says_who_asks(folder):
    with Server(folder, "--sign-in-tries", "1", "--trusted-proxies", "127.0.0.1, 10.0.0.0/8") as server:
        set_up(server)
        server.stop()
        server.start()
        stranger = {"name": "nobody", "password": "not it at all"}

        def wrong(forwarded, source="127.0.0.1"):
            connection = http.client.HTTPConnection(server.host, server.port, timeout=20, source_address=(source, 0))
            try:
                stranger["name"] += "x"
                answer = exchange(connection, "POST", "/v1/sessions", stranger, {"X-Forwarded-For": forwarded})
            finally:
                connection.close()
            return answer.json["code"]
        for forwarded, code in [
            ("203.0.113.1", "wrong_credentials"), ("203.0.113.1", "rate_limited"),
            ("198.51.100.9, 203.0.113.1", "rate_limited"), ("203.0.113.1, 10.1.2.3", "rate_limited"),
            ("203.0.113.2", "wrong_credentials"), ("2001:db8::1", "wrong_credentials"), ("2001:db8::2", "rate_limited"),
        ]:
            check((came := wrong(forwarded)) == code, f"{forwarded}: {came}, not {code}")
        check(wrong("203.0.113.3", "127.0.0.2") == "wrong_credentials", "the first from another address")
        check(wrong("203.0.113.4", "127.0.0.2") == "rate_limited", "an address that is not trusted is believed")
        sign_in(server, "olga", headers={"X-Forwarded-For": "203.0.113.5"})
        signed_in_line = [line for line in server.log_text().splitlines() if "signed in" in line][-1]
        check("address=203.0.113.5" in signed_in_line, signed_in_line)


def test_proxies_that_are_none(folder):
    settings = os.path.join(folder, "settings.json")
    with open(settings, "w") as file:
        json.dump({"trusted-proxies": ["127.0.0.1", "10.0.0.0/33"]}, file)
    for arguments, env, code, names in [
        (("--trusted-proxies", "localhost"), {}, 2, ("--trusted-proxies", '"localhost"')),
        ((), {"APUS_TRUSTED_PROXIES": "127.0.0.1,"}, 1, ("APUS_TRUSTED_PROXIES", '""')),
        (("--config", settings), {}, 1, ('"trusted-proxies" in', '"10.0.0.0/33"')),
    ]:
        done = run("serve", *arguments, "--data", folder + "/none", env=env)
        check(done.returncode == code and all(name in done.stderr for name in (*names, "10.0.0.0/8")), f"{done}")


def test_unknown_names_take_as_long(folder):
    """By processor time and not by the clock: the work is the same, whoever is asked for."""
    with Server(folder, "--sign-in-tries", "0") as server:
        set_up(server)
        succeed = request(server, "POST", "/v1/sessions", {"name": "olga", "password": "wrong password"})
        check(succeed.status == 401, f"{succeed}")

        def cost(name):
            before = processor_time(server.pid)
            for _ in range(3):
                expect(post(server, "/v1/sessions", {"name": name, "password": "wrong password"}), 401, "wrong_credentials")
            return processor_time(server.pid) - before
        known, unknown = cost("olga"), cost("nobody")
        check(known / 2 < unknown < known * 2, f"{known} ticks for a known name, {unknown} for an unknown one")


def processor_time(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])
