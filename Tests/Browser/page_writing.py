"""The composer: Enter and input methods, drafts, the touch screen, what is too long, keys."""

from browser import check, wait_until
from page_world import PHONE, place


def value(page):
    return page.input_value("#composer")


def test_enter_sends_and_shift_enter_breaks_the_line(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        page = olga.at()
        page.keyboard.type("one")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("two")
        low = page.locator(".composer-box").bounding_box()["height"]
        page.keyboard.press("Enter")
        olga.sees("one\ntwo")
        check(value(page) == "", "the composer is empty again")
        check(page.evaluate("document.activeElement.id") == "composer", "the focus stays")
        check(page.locator(".composer-box").bounding_box()["height"] < low, "it is low again")
        page.keyboard.press("Enter")
        page.keyboard.type("   ")
        page.keyboard.press("Enter")
        olga.says("end")
        olga.sees("end")
        check(there.room_texts() == ["one\ntwo", "end"], f"nothing empty is sent: {there.room_texts()}")


def test_enter_belongs_to_the_input_method_while_it_composes(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        page = olga.at()
        devtools = olga.context.new_cdp_session(page)
        devtools.send("Input.imeSetComposition", {"text": "ㄋㄧˇ", "selectionStart": 3, "selectionEnd": 3})
        check(value(page) == "ㄋㄧˇ", f"it composes: {value(page)}")
        # As Chromium and Firefox say it, and as Safari does.
        for said in ("isComposing: true", "keyCode: 229"):
            taken = page.evaluate("""() => {
                const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, %s });
                document.querySelector('#composer').dispatchEvent(event);
                return event.defaultPrevented;
            }""" % said)
            check(not taken, f"Enter with {said} was taken")
        devtools.send("Input.insertText", {"text": "你好"})
        check(value(page) == "你好", f"it has composed: {value(page)}")
        page.keyboard.press("Enter")
        olga.sees("你好")
        check(there.room_texts() == ["你好"], f"one message: {there.room_texts()}")


def test_on_a_touch_screen_enter_breaks_the_line(folder):
    with place(folder) as there:
        olga = there.person(there.settle(), **PHONE)
        page = olga.at()
        page.locator("#composer").tap()
        page.keyboard.type("one")
        page.keyboard.press("Enter")
        page.keyboard.type("two")
        check(value(page) == "one\ntwo", f"it holds {value(page)!r}")
        page.locator(".send").tap()
        olga.sees("one\ntwo")
        size = page.locator("#composer").evaluate("input => parseFloat(getComputedStyle(input).fontSize)")
        check(size >= 16, f"{size} px are zoomed into")


def test_each_room_keeps_its_draft_across_a_reload(folder):
    with place(folder) as there:
        owner = there.settle()
        owner.do("room.create", kind="public", room="other", name="Other")
        olga = there.person(owner)
        page = olga.at()
        page.keyboard.type("for general")
        page.click("[data-room=other]")
        page.wait_for_selector("#composer[placeholder*=Other]")
        check(value(page) == "", f"the other room has the draft {value(page)!r}")
        page.keyboard.type("for other")
        page.reload()
        olga.is_live()
        check(value(page) == "for other", value(page))
        page.click("[data-room=general]")
        page.wait_for_selector("#composer[placeholder*=General]")
        check(value(page) == "for general", value(page))
        page.keyboard.press("Enter")
        olga.sees("for general")
        page.reload()
        olga.is_live()
        olga.sees("for general")
        check(value(page) == "", "what was said is no draft any more")


def test_editing_gives_the_draft_back(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        page = olga.at()
        olga.says("said")
        olga.sees("said")
        page.keyboard.type("draft")
        page.locator(".message").hover()
        page.get_by_role("button", name="Reply").click()
        reply = page.inner_text(".composer-note")
        check(reply, "what one replies to is said")
        page.get_by_role("button", name="Edit").click()
        check(value(page) == "said", value(page))
        page.keyboard.press("Escape")
        check(value(page) == "draft", value(page))
        check(page.inner_text(".composer-note") == reply, "the draft is a reply no more")
        check(there.room_texts() == ["said"], "nothing has changed")


def test_what_is_too_long_is_said_and_not_sent(folder):
    with place(folder) as there:
        olga = there.person(there.settle())
        page = olga.at()
        page.fill("#composer", "😀" * 10_001)
        wait_until(page, lambda: page.inner_text(".excess") == "1 characters too many", lambda: page.inner_text(".excess"))
        page.keyboard.press("Enter")
        check(len(value(page)) == 10_001, "it stays to be shortened")
        page.keyboard.press("Backspace")
        page.keyboard.press("Enter")
        olga.sees("😀" * 10_000)


def test_everything_by_keyboard(folder):
    with place(folder) as there:
        owner = there.settle()
        owner.do("room.create", kind="public", room="other", name="Other")
        olga = there.person(owner)
        page = olga.at()
        for text in ("first", "second"):
            olga.says(text)
        olga.sees("second")
        active = lambda: page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''")
        page.locator(".viewport").focus()
        page.keyboard.press("ArrowUp")
        check("second" in active(), f"the last message is reached: {active()!r}")
        page.keyboard.press("ArrowUp")
        check("first" in active(), f"and the one before: {active()!r}")
        page.keyboard.press("Tab")
        check(active().startswith("👍"), f"then what can be done with it: {active()!r}")
        page.keyboard.press("Enter")
        wait_until(page, lambda: page.locator(".reactions button").all_inner_texts() == ["👍 1"], "a reaction by keyboard")
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        check(ring != "none", "the focus is seen")
        page.keyboard.press("Alt+ArrowDown")
        page.wait_for_url("**/r/other")
        page.keyboard.press("Alt+ArrowUp")
        page.wait_for_url("**/r/general")
        olga.has_no_complaints()
