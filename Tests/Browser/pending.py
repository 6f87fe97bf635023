"""What a page can show of what it has said, and of the connection."""

import json

from apus import succeed
from browser import becomes, check, got, hears, status, texts, wait_until, world

SAY = """text => {
    window.seen = [];
    const note = () => seen.push([chat.pending.map(({ id, state }) => `${state} ${id === said?.id}`), got.messages.length]);
    let said;
    chat.on("pending", note);
    said = chat.post("general", text);
    said.catch((error) => got.refused.push(error.code));
    note();
}"""


def pending(page):
    return page.evaluate("chat.pending.map(({ id, state, command, error }) => [state, command.text, error?.code ?? null])")


def test_what_is_said_is_seen_until_it_is_heard(folder):
    """Over short polls the reply comes long before the event; in between the page must neither lose nor double it."""
    with world(folder) as there:
        page = there.tab(there.device("WebSocket", "Web Locks"))
        becomes(page, "short_poll")
        page.evaluate(SAY, "hello")
        hears(page, "hello")
        wait_until(page, lambda: pending(page) == [], lambda: f"nothing pending: {pending(page)}")
        seen = page.evaluate("seen.filter((one, index) => JSON.stringify(one) !== JSON.stringify(seen[index - 1]))")
        check(seen == [[["queued false"], 0], [["queued true"], 0], [["sent true"], 0], [["acknowledged true"], 0], [[], 1]],
              f"it saw {seen}")


def test_what_was_not_sent_can_be_taken_back(folder):
    with world(folder) as there:
        page = there.tab()
        becomes(page, "websocket")
        there.server.kill()
        wait_until(page, lambda: status(page)["state"] == "reconnecting", lambda: f"a loss: {status(page)}")
        page.evaluate("say(['meant', 'not meant'])")
        expected = [["queued", "meant", None], ["queued", "not meant", None]]
        wait_until(page, lambda: pending(page) == expected, lambda: f"two queued: {pending(page)}")
        page.evaluate("chat.discard(chat.pending[1].id)")
        wait_until(page, lambda: pending(page) == expected[:1], lambda: f"one queued: {pending(page)}")
        check(got(page, "refused") == ["discarded"], got(page, "refused"))
        there.server.start()
        hears(page, "meant")
        wait_until(page, lambda: pending(page) == [], lambda: f"nothing pending: {pending(page)}")
        check(texts(there.bob) == ["meant"], f"the room has {texts(there.bob)}")


def test_a_refusal_is_a_failure_that_can_be_tried_again(folder):
    with world(folder) as there:
        page, other = there.tab(), there.tab()
        becomes(page, "websocket")
        becomes(other, "websocket")
        page.evaluate("chat.post('nowhere', 'hello').catch((error) => got.refused.push(error.code))")
        wait_until(page, lambda: got(page, "refused") == ["no_such_room"], lambda: f"refused: {got(page, 'refused')}")
        failed = [["failed", "hello", "no_such_room"]]
        for tab in (page, other):
            wait_until(tab, lambda: pending(tab) == failed, lambda: f"a failure: {pending(tab)}")
            check(got(tab, "failed") == ["no_such_room"], got(tab, "failed"))
        there.bob.do("room.create", kind="public", room="nowhere")
        page.evaluate("chat.command('room.join', { room: 'nowhere' })")
        wait_until(page, lambda: len(page.evaluate("chat.rooms")) == 2, "alice to join")
        page.evaluate("chat.retry(chat.pending[0].id)")
        for tab in (page, other):
            hears(tab, "hello")
            wait_until(tab, lambda: pending(tab) == [], lambda: f"nothing pending: {pending(tab)}")


def test_the_status_tells_what_is_going_on(folder):
    with world(folder) as there:
        pages = [there.tab(), there.tab()]
        for page in pages:
            becomes(page, "websocket")
            cursor = page.evaluate("chat.status.cursor")
            check(cursor.split("-")[0] and int(cursor.split("-")[1]) > 0, f"the cursor is {cursor}")
        there.server.kill()
        there.server.start()
        for page in pages:
            wait_until(page, lambda: status(page)["reconnects"] == 1, lambda: f"one reconnect: {status(page)}")
            becomes(page, "websocket")
            now = status(page)
            # Cut off within ten seconds after it was proven: that is held against it.
            check(0 <= now["roundTrip"] < 5_000 and now["strikes"] == {"websocket": 1}, f"the status is {now}")
            log = [entry["text"] for entry in now["log"]]
            check(any(text.startswith("ended ") for text in log), f"the log is {log}")
            check(log[-1].startswith("status ") and now["log"][0]["at"] <= now["log"][-1]["at"], f"the log is {log}")


def test_the_status_tells_when_the_server_was_heard(folder):
    """Over SSE the first heartbeats come at once; elsewhere after 20 s."""
    with world(folder) as there:
        device = there.device("WebSocket")
        for page in [there.tab(device), there.tab(device)]:
            becomes(page, "sse")
            wait_until(page, lambda: status(page)["heartbeats"] >= 2, lambda: f"heartbeats: {status(page)}")
            before = status(page)["heardAt"]
            check(0 <= page.evaluate("Date.now()") - before < 20_000, f"heard at {before}")
            wait_until(page, lambda: page.evaluate("Date.now()") - before > 1_500, "a second to pass")
            there.bob.say("general", "hello")
            wait_until(page, lambda: status(page)["heardAt"] > before, lambda: f"a message heard: {status(page)}")


def test_any_tab_may_try_at_once(folder):
    with world(folder) as there:
        pages = [there.tab(), there.tab()]
        for page in pages:
            becomes(page, "websocket")
        there.server.kill()
        for count, page in enumerate(pages, 1):
            wait_until(page, lambda: status(page).get("nextTry"), lambda: f"a loss: {status(page)}")
            page.evaluate("chat.tryNow()")
            for tab in pages:
                tries = "chat.status.log.filter(({ text }) => text.startsWith('woke')).length"
                wait_until(tab, lambda: tab.evaluate(tries) == count, lambda: f"try {count}: {status(tab)}")


def test_every_tab_sees_what_is_read_in_a_large_room(folder):
    """Past fifty members no signal tells the user's own tabs."""
    with world(folder) as there:
        for number in range(50):
            user = json.loads(succeed("user", "add", f"user{number}", "--data", there.server.data, "--json"))
            there.bob.do("member.add", room="general", user=user["id"])
        there.bob.say("general", "hello")
        pages = [there.tab(), there.tab()]
        entry = "chat.rooms.map(({ members, head, read }) => [members, head, read])"
        for page in pages:
            wait_until(page, lambda: page.evaluate(entry) == [[52, 1, 0]], lambda: f"unread: {page.evaluate(entry)}")
        pages[1].evaluate("chat.read('general', 1)")
        for page in pages:
            wait_until(page, lambda: page.evaluate(entry) == [[52, 1, 1]], lambda: f"read: {page.evaluate(entry)}")
