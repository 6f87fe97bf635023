"""Bad networks, servers that die, reloads, many tabs: what was said arrives once and in order, and the page says how it is."""

import re

from browser import REMOVALS, check, wait_until
from page_world import place


def sent_once(there, person, expected, seconds=40):
    """Everything is in the room once and in order, in the page as on the server, and nothing waits."""
    wait_until(person.page, lambda: there.room_texts() == expected, lambda: f"{expected}; the room has {there.room_texts()}", seconds)
    shown = lambda: person.texts() == expected and not person.page.locator("[data-state=queued], [data-state=sending]").count()
    wait_until(person.page, shown, lambda: f"{expected}; the page shows {person.texts()}", seconds)


def banner(page):
    return page.inner_text(".banner") if page.locator(".banner").is_visible() else ""


def test_three_messages_without_a_network(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        page = olga.at()
        olga.says("before")
        olga.sees("before")
        wait_until(page, lambda: olga.tick("before") == "sent", lambda: f"the server to have it: {olga.tick('before')}")
        olga.context.set_offline(True)
        there.server.kill()
        for text in ("one", "two", "three"):
            olga.says(text)
        check(olga.texts() == ["before", "one", "two", "three"], f"they are shown at once: {olga.texts()}")
        wait_until(page, lambda: "3 messages waiting" in banner(page), lambda: f"the banner; it says {banner(page)!r}")
        check(page.locator(".tick[data-state=queued], .tick[data-state=sending]").count() == 3, "three are on their way")
        check(page.locator("#composer").is_enabled(), "one can go on writing")
        there.server.start()
        olga.context.set_offline(False)
        sent_once(there, olga, ["before", "one", "two", "three"])
        wait_until(page, lambda: banner(page) == "Back online", lambda: f"good news; it says {banner(page)!r}")
        wait_until(page, lambda: banner(page) == "", "the good news to go")


def test_a_short_loss_is_nobodys_business(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        page = olga.at()
        page.evaluate("""() => {
            window.shown = 0;
            const banner = document.querySelector('.banner');
            new MutationObserver(() => (window.shown += !banner.hidden)).observe(banner, { attributes: true });
        }""")
        there.server.restart()
        wait_until(page, lambda: page.evaluate("true") and olga.page.locator(".chip").get_attribute("data-state") == "live", "live")
        check(page.evaluate("shown") == 0, "a loss of less than two seconds was told")


def test_the_server_is_killed_in_the_middle_of_sending(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        page = olga.at()
        lines = [f"line {number}" for number in range(30)]
        for number, line in enumerate(lines):
            olga.says(line)
            if number == 12:
                olga.sees("line 5")
                there.server.kill()
        wait_until(page, lambda: banner(page), "the loss to be told")
        there.server.start()
        sent_once(there, olga, lines)


def test_trying_now(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        # The back-off draws the longest it may, so that the next try is not about to come anyhow.
        olga.context.add_init_script("Math.random = () => 0.999")
        page = olga.at()
        there.server.kill()

        def wait():
            match = re.search(r"Next try in (\d+) s", banner(page))
            return int(match[1]) if match else 0
        wait_until(page, lambda: wait() >= 7, lambda: f"a long wait; the banner says {banner(page)!r}", 60)
        said = page.inner_text(".banner [role=status]")
        check(said and not re.search(r"\d", said), f"the countdown is read out every second: {said}")
        there.server.start()
        page.click(".banner .plain")
        olga.is_live(seconds=3)


def test_a_reload_with_a_full_outbox(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        page = olga.at()
        olga.context.route("**/v1/**", lambda route: route.abort())
        olga.context.route_web_socket("**/v1/**", lambda socket: socket.close())
        page.reload()
        lines = [f"line {number}" for number in range(20)]
        for line in lines:
            olga.says(line)
        check(olga.texts() == lines, f"all are shown: {olga.texts()}")
        wait_until(page, lambda: "20 messages waiting" in banner(page), lambda: f"twenty to wait: {banner(page)!r}")
        page.reload()
        wait_until(page, lambda: olga.texts() == lines, lambda: f"all to be shown again: {olga.texts()}")
        check(page.inner_text("h1") == "General", "the room that was open is open")
        olga.context.unroute_all()
        page.close()
        page = olga.page = olga.tab()
        olga.open("/r/general")
        sent_once(there, olga, lines)


def test_a_refusal_can_be_retried_or_deleted(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        amir = there.client("amir")
        person = there.person(amir)
        page = person.at()
        there.olga.do("room.archive", room="general")
        for text in ("keep", "drop"):
            person.says(text)
        failures = page.locator(".failure")
        wait_until(page, lambda: failures.count() == 2, lambda: f"two failures: {person.texts()}")
        check("archived" in failures.first.inner_text(), failures.first.inner_text())
        page.locator(".message", has_text="drop").get_by_role("button", name="Delete").click()
        wait_until(page, lambda: person.texts() == ["keep"], lambda: f"one: {person.texts()}")
        page.reload()
        person.is_live()
        wait_until(page, lambda: failures.count() == 1, "the failure to outlive a reload")
        there.olga.do("room.archive", room="general", on=False)
        page.get_by_role("button", name="Retry").click()
        sent_once(there, person, ["keep"])
        check(failures.count() == 0, "nothing failed")
        olga.context.close()


def test_eight_tabs(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        pages = [olga.page] + [olga.tab() for _ in range(7)]
        for page in pages:
            olga.at(page=page)
        for number, page in enumerate(pages):
            olga.says(f"from tab {number}", page)
        expected = [f"from tab {number}" for number in range(8)]
        wait_until(olga.page, lambda: sorted(there.room_texts()) == expected, lambda: f"eight: {there.room_texts()}")
        for page in pages:
            wait_until(page, lambda: olga.texts(page) == there.room_texts(), lambda: f"one order: {olga.texts(page)}")
        metrics = there.server.get("/metrics").body.decode()
        check('apus_readers{transport="websocket"} 1\n' in metrics, "they share one connection")
        olga.has_no_complaints()


def test_without_websocket_the_chip_says_what_it_is(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        olga.context.add_init_script(REMOVALS["WebSocket"])
        page = olga.at()
        wait_until(page, lambda: page.inner_text(".chip") == "SSE", lambda: page.inner_text(".chip"))
        olga.says("over SSE")
        sent_once(there, olga, ["over SSE"])
        page.click(".chip")
        facts = page.locator(".facts").inner_text()
        check("SSE" in facts and "Round trip" in facts, facts)
        olga.has_no_complaints()
