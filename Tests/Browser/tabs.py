"""The tabs of one user share one connection; a leader that goes, freezes or hangs is replaced."""

import re
import time

from browser import becomes, check, got, hears, status, texts, wait_until, world

COUNT = 8
LEADS = "chat.tabs.leads"


def leaders(pages):
    return [page for page in pages if page.evaluate(LEADS)]


def streams(there, kind):
    """How many streams of this kind the server has open."""
    match = re.search(rf'^apus_readers\{{transport="{kind}"\}} (\d+)$', there.server.get("/metrics").body.decode(), re.M)
    return int(match[1]) if match else 0


def everybody_talks(there, pages, seconds=20):
    """Each tab says something, and every tab hears all of it, in one order."""
    for number, page in enumerate(pages):
        page.evaluate("text => say([text])", f"from tab {number}")
    expected = {f"from tab {number}" for number in range(len(pages))}
    for number, page in enumerate(pages):
        wait_until(page, lambda: got(page, "posted") == [f"from tab {number}"],
                   lambda: f"tab {number}'s reply; {status(page)}", seconds)
        wait_until(page, lambda: expected <= set(got(page)), lambda: f"tab {number} to hear all: {got(page)}", seconds)
    order = texts(there.bob)
    check(sorted(order) == sorted(expected), f"the room has {order}")
    for page in pages:
        check(got(page) == [text for text in order if text in got(page)], f"out of order: {got(page)} for {order}")
        begun = time.monotonic()
        check(page.evaluate("chat.history('general').then((page) => page.messages.length)") == len(order), "history")
        check(time.monotonic() - begun < 2, "a request waits behind the streams of other tabs")


def test_eight_tabs_over_sse_share_one_connection(folder):
    with world(folder) as there:
        device = there.device("WebSocket")
        pages = [there.tab(device) for _ in range(COUNT)]
        for page in pages:
            becomes(page, "sse")
        check(len(leaders(pages)) == 1, "one leads")
        wait_until(pages[0], lambda: streams(there, "sse") == 1, lambda: f"one stream, not {streams(there, 'sse')}")
        everybody_talks(there, pages)


def test_eight_tabs_that_cannot_share_poll(folder):
    with world(folder) as there:
        device = there.device("WebSocket", "Web Locks")
        pages = [there.tab(device) for _ in range(COUNT)]
        for page in pages:
            becomes(page, "short_poll")
        check(len(leaders(pages)) == COUNT, "each is for itself")
        everybody_talks(there, pages)
        check(streams(there, "sse") == 0, "a stream holds one of the browser's six connections")


def replaced(there, strike, revive):
    """The leader is struck; another tab leads within 5 s. The old one comes back and has missed nothing."""
    pages = [there.tab() for _ in range(3)]
    for page in pages:
        becomes(page, "websocket")
    there.bob.say("general", "before")
    for page in pages:
        hears(page, "before")
    (old,) = leaders(pages)
    others = [page for page in pages if page is not old]
    begun = time.monotonic()
    strike(old)
    others[0].evaluate("say(['meanwhile'])")
    wait_until(others[0], lambda: leaders(others), "a new leader")
    took = time.monotonic() - begun
    check(took < 5, f"the leader was replaced after {took:.1f} s")
    for page in others:
        hears(page, "meanwhile", 5)
    check(len(leaders(others)) == 1, "one leads")
    revive(old)
    there.bob.say("general", "after")
    for page in pages:
        hears(page, "after")
        check(got(page) == ["before", "meanwhile", "after"], f"a tab heard {got(page)}")
    wait_until(old, lambda: len(leaders(pages)) == 1, "one leader")
    check(texts(there.bob) == ["before", "meanwhile", "after"], f"the room has {texts(there.bob)}")


def lifecycle(there, page, state):
    there.context.new_cdp_session(page).send("Page.setWebLifecycleState", {"state": state})


def test_a_frozen_leader_is_replaced(folder):
    with world(folder) as there:
        there.context = there.window()
        replaced(there, lambda page: lifecycle(there, page, "frozen"), lambda page: lifecycle(there, page, "active"))


def test_a_leader_that_hangs_is_replaced(folder):
    """No event tells of this; only that it does not answer."""
    hang = "setTimeout(() => { const end = Date.now() + 9000; while (Date.now() < end); })"
    with world(folder) as there:
        replaced(there, lambda page: page.evaluate(hang), lambda page: page.evaluate("1"))


def test_a_leader_with_slow_timers_is_woken_by_the_others(folder):
    """Browsers run the timers of pages that have been hidden for long once a minute, if at all."""
    with world(folder) as there:
        pages = [there.tab(), there.tab()]
        for page in pages:
            becomes(page, "websocket")
        (leader,) = leaders(pages)
        leader.evaluate("window.setTimeout = () => 0")
        there.server.kill()
        wait_until(leader, lambda: status(leader)["state"] == "reconnecting", lambda: f"a loss: {status(leader)}")
        there.server.start()
        for page in pages:
            becomes(page, "websocket")
        there.bob.say("general", "awake?")
        for page in pages:
            hears(page, "awake?")
        check(leaders(pages) == [leader], "it still leads")


def test_a_leader_that_is_closed_is_replaced(folder):
    with world(folder) as there:
        pages = [there.tab() for _ in range(3)]
        for page in pages:
            becomes(page, "websocket")
        for round in range(2):
            (leader,) = leaders(pages)
            pages.remove(leader)
            pages[0].evaluate("text => say([text])", f"round {round}")
            leader.close()
            for page in pages:
                hears(page, f"round {round}")
        check(got(pages[0]) == ["round 0", "round 1"], f"it heard {got(pages[0])}")
        check(texts(there.bob) == ["round 0", "round 1"], f"the room has {texts(there.bob)}")


def test_two_users_share_nothing(folder):
    with world(folder) as there:
        alice, bob = there.tab(user=there.alice), there.tab(user=there.bob)
        becomes(alice, "websocket")
        becomes(bob, "websocket")
        check(len(leaders([alice, bob])) == 2, "one tab holds another user's connection")
        alice.evaluate("say(['from alice'])")
        hears(bob, "from alice")
        check(alice.evaluate("chat.user.name") == "alice" and bob.evaluate("chat.user.name") == "bob", "names")
