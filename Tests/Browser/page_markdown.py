"""Markdown in messages, as the document has it, and by keyboard: reactions and replies."""

from browser import check, wait_until
from page_world import place

TEXT = """**bold** *italic* ~~gone~~ `code` [docs](https://a.example/x)
> quoted **too**
```
<b>block</b>
```
end"""


def test_markup_becomes_elements_and_nothing_else(folder):
    with place(folder) as there:
        there.settle()
        number = there.olga.say("general", TEXT)["number"]
        there.olga.do("message.post", room="general", text="see", reply_to=number)
        olga = there.person(there.olga)
        page = olga.at()
        olga.sees("see")
        html = page.locator(".message-text").first.inner_html()
        wanted = ("<strong>bold</strong> <em>italic</em> <del>gone</del> <code>code</code> "
                  '<a href="https://a.example/x" title="https://a.example/x" target="_blank" rel="noopener noreferrer">docs</a>'
                  "<blockquote>quoted <strong>too</strong></blockquote>"
                  '<pre tabindex="0"><code>&lt;b&gt;block&lt;/b&gt;</code></pre>end')
        check(html == wanted, f"it is {html}")
        check(page.locator(".quote span").inner_text().startswith("bold italic gone code docs"), "previews are without the marks")
        page.locator(".message").first.hover()
        page.get_by_role("button", name="Edit").click()
        check(page.input_value("#composer") == TEXT, "who edits has what was written")
        olga.has_no_complaints()


def test_reactions_and_replies_by_keyboard(folder):
    with place(folder) as there:
        there.settle()
        tom = there.client("tom", "Tom")
        tom.say("general", "Is the paint dry?")
        olga = there.person(there.olga)
        page = olga.at()
        olga.sees("Is the paint dry?")
        named = lambda: page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.innerText")

        def press(key, times=1):
            for _ in range(times):
                page.keyboard.press(key)

        def tab_to(name):
            for _ in range(12):
                if named() == name:
                    return
                press("Tab")
            check(False, f"{name} is not reached by the tabulator; the focus is at {named()!r}")

        page.locator(".viewport").focus()
        press("ArrowUp")
        tab_to("React")
        press("Enter")
        page.wait_for_selector(".palette[open]")
        tab_to("🎉")
        press("Enter")
        wait_until(page, lambda: page.locator(".reactions button").all_inner_texts() == ["🎉 1"], "the reaction")
        page.locator(".viewport").focus()
        press("ArrowUp")
        tab_to("🎉 by You")
        press("Enter")
        wait_until(page, lambda: page.locator(".reactions").count() == 0, "it to be taken back")
        page.locator(".viewport").focus()
        press("ArrowUp")
        tab_to("Reply")
        press("Enter")
        check(page.evaluate("document.activeElement.id") == "composer", "one can write at once")
        check(page.locator(".actions").count() == 0, "what can be done with the message covers nothing any more")
        page.keyboard.type("Nearly.")
        press("Enter")
        olga.sees("Nearly.")
        wait_until(page, lambda: page.locator(".quote").inner_text() == "Tom Is the paint dry?", "the quote")
        press("Shift+Tab")
        page.locator(".viewport").focus()
        press("ArrowUp")
        tab_to("Tom Is the paint dry?")
        press("Enter")
        wait_until(page, lambda: "Is the paint dry?" in page.evaluate("document.activeElement.innerText"), "the message that was quoted")
        olga.has_no_complaints()
