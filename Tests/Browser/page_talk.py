"""Two people talk: ticks, typing, edits, replies, reactions, mentions, unread, search, rooms."""

from browser import check, wait_until
from page_world import place


def pair(there):
    """Olga and Amir, both with a browser, in the room general."""
    there.settle()
    olga, amir = there.person(there.olga), there.person(there.client("amir", "Amir Haddad"))
    for person in (olga, amir):
        person.at()
    return olga, amir


def becomes(person, what, value, *arguments):
    wait_until(person.page, lambda: what(*arguments) == value, lambda: f"{value!r}; it is {what(*arguments)!r}")


def hide(page, isHidden):
    page.evaluate("""hidden => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        Object.defineProperty(document, 'visibilityState', { value: hidden ? 'hidden' : 'visible', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    }""", isHidden)


def test_ticks_go_from_sent_to_read(folder):
    with place(folder) as there:
        there.settle()
        amir = there.client("amir")
        # It never reads, and nobody waits for it.
        made = there.olga.post("/v1/rooms/general/hooks", {"name": "CI"})
        check(made.status == 201, f"a webhook: {made}")
        olga = there.person(there.olga)
        olga.at()
        olga.says("Is anybody here?")
        becomes(olga, olga.tick, "sent", "Is anybody here?")
        reader = there.person(amir)
        reader.open()
        hide(reader.page, True)
        reader.is_live()
        becomes(olga, olga.tick, "delivered", "Is anybody here?")
        check(amir.get("/v1/rooms/general").json["read"] == 0, "nothing is read in a hidden tab")
        hide(reader.page, False)
        becomes(olga, olga.tick, "read", "Is anybody here?")
        olga.page.locator(".tick").last.click()
        olga.page.wait_for_selector("dialog .people")
        told = olga.page.inner_text("dialog")
        check("amir" in olga.page.inner_text("dialog section") and "CI" not in told, told)
        olga.has_no_complaints()


def test_typing_is_seen_and_ends(folder):
    with place(folder) as there:
        olga, amir = pair(there)
        amir.page.locator("#composer").press_sequentially("I am")
        line = lambda: olga.page.inner_text(".typing")
        becomes(olga, line, "Amir Haddad is typing…")
        amir.page.keyboard.press("Enter")
        olga.sees("I am")
        becomes(olga, line, "")


def test_edit_delete_reply_and_react(folder):
    with place(folder) as there:
        olga, amir = pair(there)
        olga.says("First thouhgt")
        amir.sees("First thouhgt")
        olga.page.locator("#composer").press("ArrowUp")
        check(olga.page.input_value("#composer") == "First thouhgt", "Up edits what one said last")
        olga.says("First thought")
        amir.sees("First thought (edited)")
        row = amir.page.locator(".message", has_text="First thought")
        row.hover()
        row.get_by_role("button", name="React 👍").click()
        reactions = lambda: olga.page.locator(".reactions button").all_inner_texts()
        becomes(olga, reactions, ["👍 1"])
        olga.page.locator(".reactions button").click()
        becomes(amir, lambda: amir.page.locator(".reactions button").all_inner_texts(), ["👍 2"])
        olga.page.locator(".reactions button").click()
        becomes(amir, lambda: amir.page.locator(".reactions button").all_inner_texts(), ["👍 1"])
        row.get_by_role("button", name="Reply").click()
        amir.says("I agree")
        olga.sees("I agree")
        check("First thought" in olga.page.inner_text(".quote"), olga.page.inner_text(".quote"))
        own = olga.page.locator(".message", has_text="First thought").first
        own.hover()
        own.get_by_role("button", name="Delete").click()
        olga.page.locator("dialog .primary").click()
        wait_until(amir.page, lambda: amir.page.locator(".gone").count() == 1, "the deletion")
        check(amir.page.locator(".quote").inner_text().strip().endswith("This message was deleted."), "the quote goes with it")
        check("First" not in there.server.get("/v1/rooms/general/messages", there.olga.authorization).body.decode(), "it is gone")
        for person in (olga, amir):
            person.has_no_complaints()


def test_unread_mentions_and_the_title(folder):
    with place(folder) as there:
        olga, amir = pair(there)
        there.olga.do("room.create", kind="public", room="other", name="Other")
        amir.client.do("room.join", room="other")
        becomes(olga, lambda: olga.page.locator("[data-room=other]").count(), 1)
        amir.client.say("other", "one")
        badge = lambda: olga.page.locator("[data-room=other] .badge > [aria-hidden]").all_inner_texts()
        becomes(olga, badge, ["1"])
        check(olga.page.title() == "• General · Apus", olga.page.title())
        amir.client.say("other", "@olga two")
        becomes(olga, badge, ["@1"])
        check(olga.page.title() == "(1) General · Apus", olga.page.title())
        picture = olga.page.get_attribute("link[rel=icon]", "href")
        check("circle" in picture, "a dot is on the tab's picture")
        olga.page.click("[data-room=other]")
        becomes(olga, badge, [])
        check(olga.page.title() == "Other · Apus", olga.page.title())
        check(olga.page.locator(".new-divider").count() == 1, "where the new ones begin")
        mention = olga.page.locator(".mentions-me")
        check(mention.count() == 1 and "@olga" in mention.inner_text(), "what mentions oneself stands out")
        olga.page.click("[data-room=general]")
        olga.page.click("[data-room=other]")
        olga.sees("one")
        check(olga.page.locator(".new-divider").count() == 0, "nothing is new any more")


def test_search_leads_to_the_message(folder):
    with place(folder) as there:
        olga, _ = pair(there)
        number = there.olga.say("general", "昨天的雨很大")["number"]
        commands = [{"id": f"fill-{n}", "op": "message.post", "room": "general", "text": f"filler {n}"} for n in range(500)]
        for start in range(0, 500, 100):
            check(there.olga.post("/v1/commands", commands[start:start + 100]).status == 200, "filling")
        olga.page.keyboard.press("Control+k")
        olga.page.keyboard.type("雨")
        result = olga.page.locator(".result")
        wait_until(olga.page, lambda: result.count() == 1, lambda: f"one result, not {result.count()}")
        check(result.locator("mark").inner_text() == "雨", "what was found is marked")
        result.click()
        row = olga.page.locator(f".message[data-number='{number}']")
        row.wait_for()
        wait_until(olga.page, lambda: row.evaluate("row => row === document.activeElement"), "the message to be focused")
        check(olga.page.url.endswith(f"/r/general/{number}"), olga.page.url)
        olga.page.click(".below")
        olga.sees("filler 499")
        # One that is on the page already is gone to at once.
        page = olga.page
        page.keyboard.press("Control+k")
        page.keyboard.type("filler 490")
        wait_until(page, lambda: result.count() == 1, lambda: f"one result, not {result.count()}")
        result.click()
        wait_until(page, lambda: "filler 490" in page.evaluate("document.activeElement.innerText"), "it to be focused")
        olga.has_no_complaints()


def test_rooms_are_made_joined_and_left(folder):
    with place(folder) as there:
        olga, amir = pair(there)
        page = olga.page
        page.get_by_role("button", name="New conversation").click()
        page.get_by_role("button", name="New room").click()
        page.fill("dialog [name=name]", "Café Süd")
        check(page.input_value("dialog [name=room]") == "cafe-sud", page.input_value("dialog [name=room]"))
        page.click("dialog .primary")
        page.wait_for_url("**/r/cafe-sud")
        amir.page.get_by_role("button", name="New conversation").click()
        amir.page.get_by_role("button", name="Browse rooms").click()
        amir.page.click("dialog .entries button.primary")
        amir.page.wait_for_url("**/r/cafe-sud")
        olga.says("Two of us")
        amir.sees("Two of us")
        page.get_by_role("button", name="New conversation").click()
        page.get_by_role("button", name="New direct message").click()
        page.locator("dialog .people label", has_text="Amir Haddad").click()
        page.click("dialog .primary")
        page.wait_for_url("**/r/d_*")
        olga.says("Just us")
        entry = amir.page.locator(".room", has_text="olga")
        entry.wait_for()
        entry.click()
        amir.sees("Just us")
        amir.page.click(".room[data-room='cafe-sud']")
        amir.page.get_by_role("button", name="People").click()
        amir.page.click("dialog .danger")
        wait_until(amir.page, lambda: amir.page.locator(".room[data-room='cafe-sud']").count() == 0, "the room to be gone")
        amir.open("/r/cafe-sud")
        amir.page.click(".asking .primary")
        amir.sees("Two of us")
        for person in (olga, amir):
            person.has_no_complaints("404")
