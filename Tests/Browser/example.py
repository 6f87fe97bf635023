"""Examples/browser.html: what a page needs to say of itself, without the SDK."""

from browser import check, texts, wait_until, world
from people import PASSWORD, set_up


def lines(page):
    return page.locator("#log li").all_text_contents()


def shows(page, names, *expected):
    wanted = [f"{names[by]}: {text}" for by, text in expected]
    wait_until(page, lambda: lines(page) == wanted, lambda: f"{wanted}; it shows {lines(page)}")


def say(page, text):
    page.fill("input[name=text]", text)
    page.press("input[name=text]", "Enter")


def test_browser(folder):
    with world(folder, "--streams-per-user", "0") as there:
        olga = set_up(there.server)
        names = {"olga": olga.id, "bob": there.bob.sync()["user"]["id"]}
        there.bob.say("general", "before")
        page, errors = there.context.new_page(), []
        page.on("pageerror", lambda error: errors.append(error))
        page.goto(f"{there.origin}/example.html?server={there.url}&room=general")
        page.fill("input[name=name]", olga.name)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        shows(page, names, ("bob", "before"))
        wait_until(page, lambda: page.is_visible("#composer"), lambda: "the composer")
        say(page, "<b>one</b>")
        there.bob.say("general", "two")
        shows(page, names, ("bob", "before"), ("olga", "<b>one</b>"), ("bob", "two"))
        there.server.kill()
        say(page, "three")
        there.server.start()
        there.bob.say("general", "four")
        wait_until(page, lambda: len(lines(page)) == 5, lambda: f"five lines; it shows {lines(page)}", 30)
        check(sorted(lines(page)[3:]) == sorted(f"{names[by]}: {text}" for by, text in (("olga", "three"), ("bob", "four"))),
              f"it shows {lines(page)}")
        check(sorted(texts(there.bob)) == sorted(["before", "<b>one</b>", "two", "three", "four"]), f"{texts(there.bob)}")
        say(page, "")
        wait_until(page, lambda: lines(page)[-1].startswith("refused: "), lambda: f"the refusal; it shows {lines(page)}")
        check(not errors, f"errors in the page: {errors}")
