"""Names after an @: whom it offers, the keys, input methods, a finger."""

from browser import check, wait_until
from page_world import PHONE, place


def offered(page):
    return page.locator(".completion li:visible small").all_inner_texts()


def offers(page, names):
    wait_until(page, lambda: offered(page) == [f"@{name}" for name in names], lambda: f"{names} to be offered, not {offered(page)}")


def chosen(page):
    return page.evaluate("document.querySelector('#' + document.activeElement.getAttribute('aria-activedescendant'))?.innerText ?? ''")


def value(page):
    return page.input_value("#composer")


def people(there):
    there.settle()
    clients = {name: there.client(name, shown) for name, shown in
               {"amir": "Amir Haddad", "amelie": "Amélie Ôde", "meiling": "陳美玲", "tom": "Tom Okafor"}.items()}
    clients["tom"].do("room.leave", room="general")
    return clients


def test_names_of_the_room_by_keyboard(folder):
    with place(folder) as there:
        people(there)
        olga = there.person(there.olga)
        page = olga.at()
        page.keyboard.type("hi @")
        offers(page, ["amelie", "amir", "meiling", "all"])
        page.keyboard.type("am")
        offers(page, ["amelie", "amir"])
        check("Amélie" in chosen(page), f"the first is chosen: {chosen(page)!r}")
        page.keyboard.press("ArrowDown")
        check("Amir" in chosen(page), f"then the next: {chosen(page)!r}")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        check(value(page) == "hi @amir ", f"it stands there: {value(page)!r}")
        check(page.locator(".message").count() == 0, "and is not sent")
        check(not offered(page) and chosen(page) == "", "nothing is offered any more")
        page.keyboard.type("and @ode")
        offers(page, ["amelie"])
        page.keyboard.press("Tab")
        check(value(page) == "hi @amir and @amelie ", f"{value(page)!r}")
        check(page.evaluate("document.activeElement.id") == "composer", "the focus stays")
        page.keyboard.press("Enter")
        olga.sees("hi @amir and @amelie")
        check(page.locator(".mention").all_inner_texts() == ["@amir", "@amelie"], "the server knows whom it means")
        olga.has_no_complaints()


def test_escape_waves_it_away_and_addresses_are_none(folder):
    with place(folder) as there:
        people(there)
        olga = there.person(there.olga)
        page = olga.at()
        page.keyboard.type("@a")
        offers(page, ["amelie", "amir", "all"])
        page.keyboard.press("Escape")
        page.keyboard.type("m")
        page.keyboard.press("Enter")
        olga.sees("@am")
        check(not offered(page), f"it was waved away: {offered(page)}")
        page.keyboard.type("mail to olga@am")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        olga.sees("mail to olga@am")
        page.keyboard.type("x @am y")
        for _ in range(2):
            page.keyboard.press("ArrowLeft")
        offers(page, ["amelie", "amir"])
        page.keyboard.press("Enter")
        check(value(page) == "x @amelie y", f"in the middle: {value(page)!r}")


def test_enter_of_an_input_method_picks_nothing(folder):
    with place(folder) as there:
        people(there)
        olga = there.person(there.olga)
        page = olga.at()
        page.keyboard.type("@")
        offers(page, ["amelie", "amir", "meiling", "all"])
        for said in ("isComposing: true", "keyCode: 229"):
            for key in ("Enter", "Tab", "ArrowDown", "Escape"):
                taken = page.evaluate("""() => {
                    const event = new KeyboardEvent('keydown', { key: '%s', bubbles: true, cancelable: true, %s });
                    document.querySelector('#composer').dispatchEvent(event);
                    return event.defaultPrevented;
                }""" % (key, said))
                check(not taken, f"{key} with {said} was taken")
        check(value(page) == "@" and len(offered(page)) == 4, f"nothing has happened: {value(page)!r}")
        devtools = olga.context.new_cdp_session(page)
        devtools.send("Input.imeSetComposition", {"text": "ㄔㄣˊ", "selectionStart": 3, "selectionEnd": 3})
        devtools.send("Input.insertText", {"text": "陳"})
        offers(page, ["meiling"])
        page.keyboard.press("Enter")
        check(value(page) == "@meiling ", f"{value(page)!r}")


def test_who_comes_later_is_offered_and_a_finger_picks(folder):
    with place(folder) as there:
        clients = people(there)
        olga = there.person(there.olga, **PHONE)
        page = olga.at()
        page.locator("#composer").tap()
        page.keyboard.type("@t")
        wait_until(page, lambda: page.locator(".completion").is_hidden(), "nobody")
        page.keyboard.press("Backspace")
        clients["tom"].do("room.join", room="general")
        wait_until(page, lambda: page.locator(".with-text").inner_text().strip() == "5", "tom to be there")
        page.keyboard.type("to")
        offers(page, ["tom"])
        page.keyboard.press("Enter")
        check(value(page) == "@to\n", f"Enter breaks the line: {value(page)!r}")
        page.keyboard.press("Backspace")
        offers(page, ["tom"])
        box = page.locator(".completion").bounding_box()
        check(box["x"] >= 0 and box["x"] + box["width"] <= 390, f"it is on the screen: {box}")
        page.locator(".completion li").tap()
        check(value(page) == "@tom ", f"{value(page)!r}")
        olga.has_no_complaints()
