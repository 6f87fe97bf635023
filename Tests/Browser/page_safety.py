"""What people write is never more than text, wherever it is shown."""

from browser import check, wait_until
from page_world import place

EVIL = [
    "<img src=x onerror=pwned=1>", "<script>pwned=1</script>", "\"><svg onload=pwned=1>", "javascript:pwned=1",
    "https://a.example/\"onmouseover=\"pwned=1", "[x](javascript:pwned=1)", "<a href='javascript:pwned=1'>x</a>",
    "```\n</code></pre><img src=x onerror=pwned=1>\n```", "`<img src=x onerror=pwned=1>`", "{{constructor.constructor('pwned=1')()}}",
    "\u202eevil\u202c <b>bold</b>", "data:text/html,<script>pwned=1</script>", "</textarea><script>pwned=1</script>",
    "**<img src=x onerror=pwned=1>**", "*<svg onload=pwned=1>*", "~~<script>pwned=1</script>~~", "> <img src=x onerror=pwned=1>",
    "> ```\n> </code></pre><svg onload=pwned=1>\n> ```", "[<img src=x onerror=pwned=1>](https://a.example/)",
    "[x](https://a.example/\"onmouseover=\"pwned=1)", "[x](HTTPS://a.example/)", "[x](data:text/html,<script>pwned=1</script>)",
    "[x]( javascript:pwned=1)", "[x](java\tscript:pwned=1)", "@<img>", "@\"onclick=\"pwned=1",
]


def bad(page):
    return page.evaluate("""() => [window.pwned, document.querySelectorAll('img, script:not([src]), iframe, object, embed, b b').length,
        [...document.querySelectorAll('a')].map(a => a.protocol).filter(one => !['http:', 'https:'].includes(one)),
        [...document.querySelectorAll('*')].flatMap(one => [...one.attributes]).filter(({ name }) => name.startsWith('on')).length]""")


def test_strings_that_would_be_markup(folder):
    with place(folder) as there:
        there.settle()
        name = EVIL[0]
        mallory = there.client("mallory", name)
        there.olga.do("room.create", kind="private", name=EVIL[1], topic=EVIL[2])
        there.olga.do("room.update", room="general", name=EVIL[3], topic=EVIL[0])
        direct = mallory.do("room.direct", users=[there.olga.id])["room"]
        mallory.say(direct, EVIL[0])
        for text in EVIL:
            mallory.say("general", text)
        number = mallory.say("general", f"@olga {EVIL[0]}")["number"]
        mallory.do("message.post", room="general", text=EVIL[1], reply_to=number)
        mallory.do("typing", room="general", on=True)
        olga = there.person(there.olga)
        page = olga.at()
        olga.sees(EVIL[1])
        check(olga.texts()[:3] == EVIL[:3], f"they are shown as they were written: {olga.texts()[:3]}")
        check(page.locator("[data-room=general]").inner_text().startswith(EVIL[3]), "in the list of rooms")
        olga.says(EVIL[0])
        olga.page.locator("#composer").fill(EVIL[12])
        page.reload()
        olga.is_live()
        check(page.input_value("#composer") == EVIL[12], "in drafts")
        page.locator(".message").last.hover()
        for opening in ("Search", "New conversation", "People"):
            page.get_by_role("button", name=opening, exact=True).click()
            if opening == "Search":
                page.keyboard.type("onerror")
                page.wait_for_selector(".result mark")
            if opening == "New conversation":
                page.get_by_role("button", name="New direct message").click()
            if opening == "People":
                page.wait_for_selector("dialog .avatar")
                check(name in page.inner_text("dialog"), page.inner_text("dialog"))
            check(bad(page) == [None, 0, [], 0], f"{opening}: {bad(page)}")
            page.keyboard.press("Escape")
        page.locator("#composer").fill("")
        page.locator("#composer").type("@mallo")
        page.wait_for_selector(".completion li")
        check(page.inner_text(".completion .name") == name, page.inner_text(".completion"))
        check(bad(page) == [None, 0, [], 0], f"names after an @: {bad(page)}")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Room settings", exact=True).click()
        check(page.input_value("dialog input[name=topic]") == EVIL[0], page.input_value("dialog input[name=topic]"))
        check(bad(page) == [None, 0, [], 0], f"settings: {bad(page)}")
        page.keyboard.press("Escape")
        page.click(f"[data-room={direct}]")
        wait_until(page, lambda: page.inner_text("h1") == name, lambda: page.inner_text("h1"))
        check(bad(page) == [None, 0, [], 0], f"the direct room: {bad(page)}")
        olga.has_no_complaints()


def test_links(folder):
    with place(folder) as there:
        there.settle()
        there.olga.say("general", "See https://a.example/x_(y)?z=1&w=2#f, (http://b.example). 看https://c.example/路。https://d.example/b_(c)! ftp://d.example javascript:x")
        olga = there.person(there.olga)
        page = olga.at()
        page.wait_for_selector(".message a")
        links = page.evaluate("[...document.querySelectorAll('.message a')].map(a => [a.textContent, a.rel, a.target])")
        safe = ["noopener noreferrer", "_blank"]
        check(links == [[text, *safe] for text in ("https://a.example/x_(y)?z=1&w=2#f", "http://b.example", "https://c.example/路", "https://d.example/b_(c)")], links)


def test_the_policy_is_obeyed_by_the_page_itself(folder):
    """Were the policy broken by anything of ours, the console would say so; here it is seen to forbid."""
    with place(folder) as there:
        there.settle()
        olga = there.person(there.olga)
        page = olga.at()
        olga.has_no_complaints()
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"https://elsewhere.example/x.png\"><p style=\"color:red\">')")
        wait_until(page, lambda: sum("CSP" in text for text in olga.complaints) >= 2, lambda: f"two violations: {olga.complaints}")
