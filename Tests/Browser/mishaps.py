"""What goes wrong around a page: networks, servers, reloads, sleep."""

from browser import becomes, check, got, hears, status, texts, wait_until, world


def arrives(there, page, expected, seconds=40):
    """Everything is in the room, once and in order, and nothing waits any more."""
    wait_until(page, lambda: status(page)["waiting"] == 0 and status(page)["state"] == "live",
               lambda: f"an empty outbox: {status(page)}", seconds)
    check(texts(there.bob) == expected, f"the room has {texts(there.bob)}")


def test_the_server_is_killed_while_a_page_sends(folder):
    with world(folder) as there:
        page = there.tab()
        becomes(page, "websocket")
        lines = [f"line {number}" for number in range(40)]
        # One after the other, so that the server is killed in the middle of them.
        page.evaluate("""lines => {
            const next = () => { if (lines.length) { say([lines.shift()]); setTimeout(next, 10); } };
            next();
        }""", lines)
        wait_until(page, lambda: len(got(page, "posted")) >= 5, "the first replies")
        there.server.kill()
        wait_until(page, lambda: status(page)["state"] == "reconnecting", lambda: f"a loss: {status(page)}")
        there.server.start()
        wait_until(page, lambda: sorted(got(page, "posted")) == sorted(lines), "every promise kept", 40)
        arrives(there, page, lines)
        check(got(page) == lines, f"the page heard {got(page)}")


def test_a_reload_with_a_full_outbox(folder):
    with world(folder) as there:
        page = there.tab()
        becomes(page, "websocket")
        there.server.kill()
        lines = [f"line {number}" for number in range(30)]
        page.evaluate("lines => say(lines)", lines)
        wait_until(page, lambda: status(page)["waiting"] == 30, lambda: f"thirty to wait: {status(page)}")
        page.reload()
        there.tab(page=page)
        wait_until(page, lambda: status(page)["waiting"] == 30, lambda: f"thirty to be restored: {status(page)}")
        check("30 messages waiting." in page.evaluate("sentence()"), status(page))
        there.server.start()
        arrives(there, page, lines)


def test_what_is_said_in_one_breath_before_there_is_a_connection(folder):
    with world(folder) as there:
        page = there.tab()
        page.evaluate("chat.close()")
        lines = [f"line {number}" for number in range(20)]
        page.evaluate("([url, options, lines]) => { open(url, options); say(lines); }",
                      [there.url, {"token": there.alice.token}, lines])
        arrives(there, page, lines)


def test_a_follower_closed_at_once_loses_nothing(folder):
    """What a tab has promised is in the store before the leader hears of it."""
    with world(folder) as there:
        leader = there.tab()
        becomes(leader, "websocket")
        follower = there.tab()
        becomes(follower, "websocket")
        there.server.kill()
        follower.evaluate("say(['last words'])")
        wait_until(leader, lambda: status(leader)["waiting"] == 1, lambda: f"one to wait: {status(leader)}")
        follower.close()
        leader.close()
        page = there.tab()
        there.server.start()
        arrives(there, page, ["last words"])


def test_offline(folder):
    with world(folder) as there:
        page = there.tab(there.context)
        becomes(page, "websocket")
        there.context.set_offline(True)
        page.evaluate("say(['written in a tunnel'])")
        wait_until(page, lambda: status(page)["state"] == "offline", lambda: f"offline: {status(page)}", 30)
        told = page.evaluate("sentence()")
        check(told.startswith("Offline.") and "1 message waiting." in told, told)
        there.bob.say("general", "said meanwhile")
        there.context.set_offline(False)
        hears(page, "said meanwhile")
        arrives(there, page, ["said meanwhile", "written in a tunnel"])


def test_a_first_question_that_nobody_answers_is_asked_again(folder):
    with world(folder) as there:
        page = there.context.new_page()
        page.clock.install()
        asked = []

        def answer(route):
            asked.append(route)
            if len(asked) > 1:
                route.continue_()

        page.route(f"{there.url}/v1/sync", answer)
        there.tab(page=page)
        wait_until(page, lambda: asked, "the question")
        page.clock.run_for(10_500)
        # The whole of the answer may take 30 s.
        becomes(page, "websocket", 10)
        check(len(asked) == 2, f"it was asked {len(asked)} times")


def logged(page, text):
    wait_until(page, lambda: text in [entry["text"].split(" ")[0] for entry in status(page)["log"]],
               lambda: f"{text} in the log: {status(page)}")


def test_a_page_is_hidden_and_seen_again(folder):
    with world(folder) as there:
        there.context = there.window()
        page = there.tab()
        becomes(page, "websocket")
        front = there.context.new_page()
        wait_until(front, lambda: page.evaluate("document.hidden"), "the page to be hidden")
        logged(page, "hidden")
        check("visible" not in [entry["text"].strip() for entry in status(page)["log"]], status(page))
        page.bring_to_front()
        logged(page, "visible")
        there.bob.say("general", "welcome back")
        hears(page, "welcome back")


def test_one_tab_that_is_seen_is_enough(folder):
    """The tab that holds the connection is hidden, another one of the same user is not: it polls and climbs as if seen."""
    with world(folder) as there:
        there.context = there.window()
        leader = there.tab()
        becomes(leader, "websocket")
        follower = there.tab()
        becomes(follower, "websocket")
        check(leader.evaluate("[document.hidden, chat.tabs.leads]") == [True, True], "a hidden leader")
        wait_until(follower, lambda: leader.evaluate("chat.isVisible"), "the leader to know")
        there.context.new_page()
        wait_until(leader, lambda: not leader.evaluate("chat.isVisible"), "the leader to know that nobody looks")
        logged(leader, "hidden")


def test_the_device_sleeps(folder):
    """The clock jumps, nothing was running: it looks at once whether the connection still lives."""
    with world(folder) as there:
        page = there.context.new_page()
        page.clock.install()
        page = there.tab(page=page)
        becomes(page, "websocket")
        page.clock.fast_forward("10:00")
        there.bob.say("general", "good morning")
        logged(page, "woke")
        hears(page, "good morning")
        becomes(page, "websocket")


def test_a_page_comes_back_from_the_cache(folder):
    with world(folder) as there:
        page = there.tab()
        becomes(page, "websocket")
        page.evaluate("window.kept = true")
        page.goto(f"{there.origin}/elsewhere")
        there.bob.say("general", "said meanwhile")
        page.evaluate("history.back()")
        page.wait_for_url(f"{there.origin}/page.html", wait_until="commit")
        wait_until(page, lambda: page.evaluate("window.kept === true"), "the page as it was")
        hears(page, "said meanwhile")
        becomes(page, "websocket")
        check(got(page) == ["said meanwhile"], f"the page heard {got(page)}")


def test_a_room_that_comes_later(folder):
    with world(folder) as there:
        page = there.tab()
        becomes(page, "websocket")
        room = there.bob.do("room.create", kind="private", name="Secrets")["room"]
        there.bob.do("member.add", room=room, user=page.evaluate("chat.user.id"))
        there.bob.say(room, "psst")
        rooms = "chat.rooms.filter(({ head }) => head > 0).map(({ name, head, read }) => [name, head - read])"
        wait_until(page, lambda: page.evaluate(rooms) == [["Secrets", 1]], lambda: f"rooms: {page.evaluate(rooms)}")
        page.evaluate("room => chat.read(room, 1)", room)
        wait_until(page, lambda: page.evaluate(rooms) == [["Secrets", 0]], lambda: f"read: {page.evaluate(rooms)}")


LEAVE_BEHIND = """async command => {
    const [{ name }] = await indexedDB.databases();
    const request = indexedDB.open(name);
    await new Promise((done) => (request.onsuccess = done));
    const transaction = request.result.transaction("all", "readwrite");
    transaction.objectStore("all").put({ user: chat.user.id, place: 1, command }, command.id);
    await new Promise((done) => (transaction.oncomplete = done));
    request.result.close();
}"""


def test_what_a_page_has_left_behind_is_told_by_the_next(folder):
    """Last words may come into the store after the tab that leads has read it."""
    with world(folder) as there:
        leader = there.tab()
        becomes(leader, "websocket")
        leader.evaluate(LEAVE_BEHIND, {"id": "last-1", "op": "message.post", "room": "general", "text": "last words"})
        becomes(there.tab(), "websocket")
        hears(leader, "last words")
        arrives(there, leader, ["last words"])
