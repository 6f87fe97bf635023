"""Search over HTTP: what is posted is found at once, by whom it may be found, with ranges that JavaScript can slice."""

import os
import sqlite3
import threading
import urllib.parse

from apus import Server, check, make_room, request, wait_for


def search(client, q, **more):
    return client.get("/v1/search?" + urllib.parse.urlencode({"q": q, **more}))


def found(client, q, **more):
    answer = search(client, q, **more)
    check(answer.status == 200, f"search for {q}: {answer}")
    return answer.json


def texts(client, q, **more):
    return [result["text"] for result in found(client, q, **more)["results"]]


def highlighted(result):
    """The highlighted pieces, cut as JavaScript cuts: by UTF-16 code units."""
    units = result["text"].encode("utf-16-le")
    return [units[2 * start:2 * (start + length)].decode("utf-16-le") for start, length in result["highlights"]]


def test_what_is_posted_is_found_at_once(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice)
        make_room(server, "random", alice, bob)
        for number in range(20):
            seq = alice.say("general", f"unique{number}x and common")["seq"]
            page = found(alice, f"unique{number}x")
            check([result["number"] for result in page["results"]] == [number + 1], f"after post {number}: {page}")
            check(page["seq"] >= seq and not page["has_more"] and "next" not in page, f"the page: {page}")
        for text in ("今天天气很好 🎉", "用Swift寫的", "𠮷野家で Ｃａｆｅ\u0301", "100% a+b"):
            alice.say("random", text)
        for q, pieces in {
            "天": ["天天"], "天气": ["天气"], "🎉": ["🎉"], "寫": ["寫"], "用sw": ["用Swift"], "野家 café": ["野家", "Ｃａｆｅ\u0301"],
            "a+b": ["a+b"], '"100"': ["100"],
        }.items():
            results = found(bob, q)["results"]
            check(len(results) == 1 and highlighted(results[0]) == pieces, f"{q}: {results}")
            check(set(results[0]) >= {"room", "number", "seq", "by", "at", "text", "highlights"}, f"{q}: {results}")
        check(texts(bob, "common") == [], "bob finds what is said where he is not")
        check(len(texts(alice, "common")) == 20, "alice does not find all")

        # Page by page, in one room and in all.
        for more in ({}, {"room": "general"}):
            seen, before, pages = [], {}, 0
            while True:
                page = found(alice, "common", limit=7, **more, **before)
                seen += [result["number"] for result in page["results"]]
                pages += 1
                if not page["has_more"]:
                    break
                before = {"before": page["next"]}
            check(seen == list(range(20, 0, -1)) and pages == 3, f"{pages} pages: {seen}")
        check(texts(alice, "common", room="random") == [], "another room")
        user = bob.sync()["user"]["id"]
        check(texts(alice, "天", **{"from": user}) == [], "what bob did not say")

        bob.do("room.leave", room="random")
        check(texts(bob, "天") == [], "bob finds what is said where he was")
        server.restart()
        alice.server = bob.server = server
        check(len(texts(alice, "common")) == 20, "after a restart not all is found")
        check(texts(alice, "天") == ["今天天气很好 🎉"], "after a restart")


def test_what_cannot_be_searched_for_gets_a_sentence(folder):
    with Server(folder) as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice)
        for query, status, code in (
            ("", 400, "invalid_field"), ("q=", 400, "invalid_field"), ("q=%3F%21", 400, "invalid_field"),
            ("q=%22%22", 400, "invalid_field"), ("q=" + "a" * 257, 400, "invalid_field"),
            ("q=a&limit=0", 400, "invalid_field"), ("q=a&limit=101", 400, "invalid_field"),
            ("q=a&before=x", 400, "invalid_field"), ("q=a&room=nowhere", 404, "no_such_room"),
            ("q=a&room=general", 403, "not_a_member"), ("q=a&room=", 404, "no_such_room"),
        ):
            answer = bob.get("/v1/search?" + query)
            check((answer.status, answer.json.get("code")) == (status, code), f"{query}: {answer}")
        check(request(server, "GET", "/v1/search?q=a").status == 401, "a stranger may search")
        for query in ('"', 'a"b', "'", "a*", "(", "a OR", "NOT a", "terms:a", "^a", "a NEAR/2 b", "\\", "--", "%00", "\0a"):
            answer = search(alice, query)
            check(answer.status in (200, 400), f"{query}: {answer}")


def test_many_searches_of_one_user_are_refused_and_others_go_on(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        bob.say("general", "hello")
        answers = []
        lock = threading.Lock()

        def hammer():
            for _ in range(40):
                answer = search(alice, "hello")
                with lock:
                    answers.append(answer)

        threads = [threading.Thread(target=hammer) for _ in range(12)]
        for thread in threads:
            thread.start()
        for _ in range(20):
            check(texts(bob, "hello") == ["hello"], "bob does not find his word")
        for thread in threads:
            thread.join()
        refused = [answer for answer in answers if answer.status == 429]
        policies = {answer.headers["RateLimit-Policy"] for answer in refused}
        check(policies == {'"searches";q=4;qu="concurrent-requests"'}, f"which limit it was: {policies}")
        check(all(answer.status in (200, 429) for answer in answers), f"{answers[:3]}")
        check(refused, "nothing was refused")
        check(all(answer.headers["Retry-After"] == "1" for answer in refused), f"{refused[0].headers}")
        wait_for(lambda: search(alice, "hello").status == 200, "alice's searches to be answered again")


def test_an_old_database_is_indexed_beside_everything_else(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        alice.say("general", "the first of all")
        server.stop()
        with sqlite3.connect(os.path.join(server.data, "apus.sqlite")) as database:
            # As after the migration: many messages, an empty index.
            head = database.execute("SELECT max(seq) FROM event").fetchone()[0]
            user, room = database.execute("SELECT by, room FROM current_message").fetchone()
            rows = [(head + number, room, 1 + number, user) for number in range(1, 20_001)]
            database.executemany(
                "INSERT INTO event (seq, audience, type, by, at, data, number) "
                "VALUES (?1, ?2, 'message.created', ?4, 0, json_object('text', 'word' || (?3 - 1) || ' common'), ?3)",
                rows)
            database.execute("INSERT INTO search (search) VALUES ('delete-all')")
            database.execute("UPDATE search_progress SET indexed = 0")
        server.start()
        alice.server = server
        page = found(alice, "common")
        head = alice.sync()["seq"]
        check(page["seq"] < head, f"a search says that it has looked at everything: {page['seq']} of {head}")
        check(alice.say("general", "posted meanwhile")["number"] == 20_002, "the number of a message")
        page = wait_for(lambda: (page := found(alice, "word777"))["seq"] > head and page, "the index to be complete")
        check([result["text"] for result in page["results"]][-1:] == ["word777 common"], f"{page['results'][-1:]}")
        check(texts(alice, "meanwhile") == ["posted meanwhile"], "what was posted meanwhile")
