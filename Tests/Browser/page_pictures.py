"""What the page looks like, for people to judge: pictures of every part, in both themes, languages and widths."""

import itertools
import os

from browser import ROOT, check, wait_until
from page_world import DESKTOP, PHONE, place
from people import setup_secret
from scene import furnish

FOLDER = os.path.join(ROOT, ".build/screenshots")
LOCALES = {"en": "en-GB", "zh-Hant": "zh-TW"}
WIDTHS = {"desktop": DESKTOP, "phone": PHONE}


def variants():
    for width, scheme, language in itertools.product(WIDTHS, ("light", "dark"), LOCALES):
        yield f"{width}-{scheme}-{language}", width, {
            **WIDTHS[width], "color_scheme": scheme, "locale": LOCALES[language]}


# What of a picture can be told without looking: its theme by how bright the ground is (0 … 255), its language, and whether
# anything is wider than the screen.
LOOK = """() => {
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g);
    const { lang, scrollWidth } = document.documentElement;
    return [(+red + +green + +blue) / 3, lang, scrollWidth - innerWidth];
}"""


def shoot(page, shot, variant):
    """Waits until nothing moves any more, so that two runs give one picture."""
    os.makedirs(FOLDER, exist_ok=True)
    page.evaluate("Promise.all(document.getAnimations().map(one => one.finished.catch(() => {})))")
    path = os.path.join(FOLDER, f"{shot}-{variant}.png")
    page.screenshot(path=path, animations="disabled", caret="hide")
    check(os.path.getsize(path) > 5_000, f"{path} shows nothing")
    _, scheme, language = variant.split("-", 2)
    brightness, spoken, beyond = page.evaluate(LOOK)
    check(brightness < 64 if scheme == "dark" else brightness > 192, f"{path}: its ground is {brightness:.0f} of 255 bright")
    check(spoken == language, f"{path} is in {spoken}")
    check(beyond <= 0, f"{path}: something is {beyond} pixels wider than the screen")


def test_the_door(folder):
    with place(folder) as there:
        secret = setup_secret(there.server)
        for name, _, device in variants():
            person = there.person(**device)
            for path, shot in [(f"/#setup={secret}", "setup"), ("/", "sign-in")]:
                person.context.clear_cookies()
                page = person.tab()
                page.goto(there.url + path)
                page.wait_for_selector("form")
                shoot(page, shot, name)
                page.close()
            person.has_no_complaints()
            person.context.close()


def test_a_conversation(folder):
    with place(folder) as there:
        people = furnish(there)
        others = [there.person(people[name]) for name in ("amir", "tom")]
        for other in others:
            other.at()
        for name, width, device in variants():
            olga = there.person(people["olga"], **device)
            page = olga.at()
            olga.sees("Thursday at nine, then. Tea is on me 🍵")
            wait_until(page, lambda: olga.tick("Tea is on me") == "read", lambda: f"read: {olga.tick('Tea is on me')}")
            page.locator("#composer").blur()
            people["tom"].do("typing", room="general", on=True)
            wait_until(page, lambda: page.inner_text(".typing"), "somebody to type")
            shoot(page, "conversation", name)
            page.locator(".message", has_text="Lovely").first.focus()
            shoot(page, "actions", name)
            page.locator("#composer").type("@")
            page.wait_for_selector(".completion li")
            shoot(page, "names", name)
            page.keyboard.press("Escape")
            page.locator("#composer").fill("")
            page.locator(".chip").click()
            page.wait_for_selector("dialog")
            shoot(page, "connection", name)
            page.keyboard.press("Escape")
            if width == "phone":
                page.locator(".back").click()
                page.wait_for_selector(".rail-rooms .room >> visible=true")
                shoot(page, "rooms", name)
            for button, shot in [(0, "search"), (1, "adding")]:
                page.locator(".rail-head button").nth(button).click()
                page.wait_for_selector("dialog")
                if shot == "search":
                    page.keyboard.type("box")
                    page.wait_for_selector(".result")
                shoot(page, shot, name)
                page.keyboard.press("Escape")
            page.locator(".me").click()
            page.wait_for_selector("dialog")
            shoot(page, "menu", name)
            page.keyboard.press("Escape")
            olga.has_no_complaints()
            olga.context.close()


def test_dialogs_and_trouble(folder):
    with place(folder) as there:
        people = furnish(there)
        for name, width, device in variants():
            if name not in ("desktop-light-en", "phone-dark-zh-Hant"):
                continue
            for number in range(40):
                people["tom"].say("nest-boxes", f"Box {number}: nothing new.")
            olga = there.person(people["olga"], **device)
            page = olga.at("nest-boxes")
            page.wait_for_selector(".new-divider")
            shoot(page, "unread", name)
            page.locator(".with-text").click()
            page.wait_for_selector("dialog .avatar")
            shoot(page, "members", name)
            page.locator("dialog li [aria-haspopup]").first.click()
            shoot(page, "member", name)
            page.keyboard.press("Escape")
            page.locator("dialog .buttons button").nth(1).click()
            page.wait_for_selector("dialog .part")
            shoot(page, "settings", name)
            page.keyboard.press("Escape")
            if width == "phone":
                page.locator(".back").click()
            for entry, shot in [(0, "direct"), (1, "browse"), (2, "new-room"), (3, "invite")]:
                page.locator(".rail-head button").nth(1).click()
                page.locator("dialog .menu button").nth(entry).click()
                page.wait_for_selector("dialog .avatar, dialog .entries button, dialog input")
                shoot(page, shot, name)
                page.keyboard.press("Escape")
            page.locator("[data-room=nest-boxes]").click()
            page.locator(".below").click()
            olga.sees("Box 39: nothing new.")
            people["olga"].do("room.archive", room="nest-boxes")
            olga.says("Will somebody look at box 12?")
            if width == "phone":
                page.locator(".send").tap()
            page.wait_for_selector(".failure")
            people["olga"].do("room.archive", room="nest-boxes", on=False)
            there.server.kill()
            olga.says("The line is bad today")
            if width == "phone":
                page.locator(".send").tap()
            wait_until(page, lambda: page.locator(".banner .plain").is_visible(), "the banner", 60)
            shoot(page, "trouble", name)
            there.server.start()
            page.locator(".failure button").nth(1).click()
            olga.is_live()
            olga.has_no_complaints("WebSocket connection to", "Failed to load resource")
            olga.context.close()


LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
MARKUP = f"""**Thursday**, *weather permitting*, ~~Wednesday~~: see `schedule.txt` and [the plan](https://example.org/plan)
> We meet at the **north door**
> at nine.
Bring the ladder.
{LONG}{LONG}
```
north  12  ok
south   7  the sensor of this box counts sparrows as well, so leave it out of every sum that you make of it
```"""


def test_long_words_and_markup(folder):
    with place(folder) as there:
        people = furnish(there)
        people["tom"].do("user.update", display_name=f"Thomas {LONG[:50]}")
        there.olga.do("room.update", room="nest-boxes", name=LONG, topic=f"{LONG} {LONG}")
        room = there.olga.do("room.create", kind="private", name="安靜的房間" * 12)["room"]
        number = people["tom"].say("nest-boxes", MARKUP)["number"]
        there.olga.do("message.post", room="nest-boxes", text="ok", reply_to=number)
        for name, _, device in variants():
            if name not in ("desktop-light-en", "phone-dark-zh-Hant", "desktop-dark-en", "phone-light-en"):
                continue
            olga = there.person(people["olga"], **device)
            page = olga.at("nest-boxes")
            olga.sees("ok")
            shoot(page, "long", name)
            page.locator(".with-text").click()
            page.wait_for_selector("dialog .avatar")
            sticks = page.evaluate("""() => [...document.querySelectorAll('body, .viewport, .rail-rooms, dialog, .dialog-body')]
                .filter(one => one.scrollWidth > one.clientWidth).map(one => one.className || one.tagName)""")
            check(not sticks, f"{name}: something sticks out of {sticks}")
            shoot(page, "long-members", name)
            olga.at(room)
            shoot(page, "empty", name)
            olga.has_no_complaints()
            olga.context.close()
