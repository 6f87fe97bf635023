"""One column: the list of rooms or a room, and back as phones go back."""

from browser import check, wait_until
from page_world import PHONE, place


def shown(page, selector):
    return page.locator(selector).is_visible()


def test_one_column_and_back(folder):
    with place(folder) as there:
        there.settle()
        amir = there.client("amir")
        amir.say("general", "hello")
        olga = there.person(there.olga, **PHONE)
        page = olga.open("/")
        entry = page.locator(".room[data-room=general]")
        entry.wait_for()
        check(not shown(page, ".place"), "first the list")
        entry.tap()
        olga.sees("hello")
        check(not shown(page, ".rail"), "then the room, alone")
        check(page.evaluate("document.activeElement.id") != "composer", "no keyboard comes unasked")
        read = lambda: there.olga.get("/v1/rooms/general").json["read"]
        wait_until(page, lambda: read() == 1, lambda: f"hello to be read: {read()}")
        page.go_back()
        wait_until(page, lambda: shown(page, ".rail") and not shown(page, ".place"), "the list again")
        amir.say("general", "not seen")
        badge = page.locator(".room[data-room=general] .badge > [aria-hidden]")
        wait_until(page, lambda: badge.all_inner_texts() == ["1"], lambda: f"one unread: {badge.all_inner_texts()}")
        check(read() == 1, "what is behind the list is not read")
        entry.tap()
        olga.sees("not seen")
        check(page.locator(".new-divider").count() == 1, "where the new ones begin")
        page.locator(".back").tap()
        wait_until(page, lambda: shown(page, ".rail"), "the list, by the button")
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        check(width[0] <= width[1], f"nothing sticks out: {width}")
        olga.has_no_complaints()


def test_a_tap_shows_what_can_be_done(folder):
    with place(folder) as there:
        olga = there.person(there.settle(), **PHONE)
        page = olga.at()
        there.olga.say("general", "tap me")
        olga.sees("tap me")
        page.locator(".message-text", has_text="tap me").tap()
        page.get_by_role("button", name="React ❤️").tap()
        wait_until(page, lambda: page.locator(".reactions button").all_inner_texts() == ["❤️ 1"], "a reaction")
        small = page.evaluate("""[...document.querySelectorAll('.room-head button, .composer button, .actions button')]
            .map(one => one.getBoundingClientRect()).filter(({ width, height }) => width && (width < 36 || height < 26)).length""")
        check(small == 0, f"{small} buttons are too small for a finger")
