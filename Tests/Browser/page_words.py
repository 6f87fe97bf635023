"""Every visible string comes out of a table, and both tables have the same names."""

import re

from browser import check, wait_until
from page_world import place

# A language in which everything of the page's own is in brackets.
MARKED = """
const mark = (value) => typeof value === "function" ? (...given) => `⟦${value(...given)}⟧`
    : typeof value === "string" ? `⟦${value}⟧` : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mark(each)]));
"""
# What people have written, and figures: not of the page.
CONTENT = ".message-text, .author, .name, .room-name, .avatar, .wordmark, time, .room-title h1, .topic, .quote, .handle, .log, dd, .day, .mention, textarea, [lang]:not(html)"

UNMARKED = """content => {
    const found = [];
    const isOurs = (text) => /\\p{L}/u.test(text.replace(/⟦[^⟧]*⟧/g, ""));
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const { parentElement } = node;
        if (isOurs(node.data) && !parentElement.closest(content + ", script, noscript")) found.push(node.data);
    }
    for (const element of document.querySelectorAll("body *")) {
        for (const name of ["title", "aria-label", "placeholder", "alt"]) {
            const value = element.getAttribute(name);
            if (value && isOurs(value) && !element.closest("time, .edited")) found.push(`${name}: ${value}`);
        }
    }
    return found;
}"""


def test_both_tables_have_the_same_names(folder):
    with place(folder) as there:
        there.settle()
        olga = there.person(there.olga)
        page = olga.at()
        version = re.search(r"/assets/\w+", page.content())[0]
        shapes = page.evaluate("""async version => {
            const shape = (value, at) => typeof value !== "object" ? [`${at} ${typeof value} ${value.length ?? ""}`.replace(/(string).*/, "$1")]
                : Object.entries(value).flatMap(([name, each]) => shape(each, `${at}.${name}`));
            const tables = await Promise.all(["en", "zh-Hant"].map(name => import(`${version}/Web/strings/${name}.js`)));
            return tables.map(table => shape(table.default, "").sort());
        }""", version)
        english, chinese = map(set, shapes)
        check(english == chinese, f"only in one of the tables: {sorted(english ^ chinese)}")
        check(len(english) > 100, f"the tables are read: {len(english)} strings")


def test_no_visible_string_is_outside_of_the_tables(folder):
    with place(folder) as there:
        there.settle()
        amir = there.client("amir", "Amir")
        number = amir.say("general", "hello @olga")["number"]
        there.olga.do("reaction.add", room="general", number=number, emoji="👍")
        there.olga.do("message.post", room="general", text="reply", reply_to=number)
        gone = there.olga.say("general", "gone")["number"]
        there.olga.do("message.delete", room="general", number=gone)
        amir.do("room.create", kind="public", room="other")

        olga = there.person(there.olga)

        def marked(route):
            text = route.fetch().text()
            route.fulfill(body=MARKED + text.replace("export default {", "export default mark({").replace("\n};", "\n});"),
                          content_type="text/javascript")
        olga.context.route("**/strings/*.js", marked)

        def complete(what):
            left = page.evaluate(UNMARKED, CONTENT)
            check(not left, f"{what}: not out of a table: {left}")

        page = olga.at()
        olga.sees("reply")
        check("⟦" in page.inner_text("body"), "the marked table is in use")
        amir.do("typing", room="general", on=True)
        wait_until(page, lambda: page.inner_text(".typing"), "somebody to type")
        complete("a conversation")
        page.locator(".message", has_text="reply").first.focus()
        complete("a message's actions")
        page.locator(".message", has_text="reply").first.get_by_label("Reply").click()
        complete("replying")
        page.keyboard.press("Escape")
        page.locator(".tick").last.click()
        page.wait_for_selector("dialog .people, dialog section")
        complete("receipts")
        page.keyboard.press("Escape")
        page.type("#composer", "@")
        page.wait_for_selector(".completion li")
        complete("names after an @")
        page.fill("#composer", "")
        for selector in (".chip", ".me", ".wide-only", ".with-text"):
            page.click(selector)
            page.wait_for_selector("dialog")
            complete(selector)
            page.keyboard.press("Escape")
        page.click(".with-text")
        page.click("dialog li [aria-haspopup]")
        complete("what to do with a member")
        page.click("dialog .menu .danger")
        complete("whether to remove somebody")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.locator(".rail-head button").first.click()
        page.keyboard.type("zzz")
        wait_until(page, lambda: page.inner_text("dialog .hint"), "no results")
        complete("an empty search")
        page.keyboard.press("Escape")
        for place_ in range(4):
            page.locator(".rail-head button").last.click()
            page.locator("dialog .menu button").nth(place_).click()
            wait_until(page, lambda: page.locator("dialog .entries button, dialog input").count() > 0, "the dialog's content")
            complete(f"entry {place_} of the menu")
            page.keyboard.press("Escape")
        olga.open("/r/nowhere")
        page.wait_for_selector(".asking p")
        complete("nowhere")
        olga.open("/r/other")
        page.wait_for_selector(".asking button")
        complete("a room to be joined")
        page.evaluate("localStorage.removeItem('apus.account')")
        for path in ("/", "/?#invite=x", "/?2#reset=x", "/?3#setup=x"):
            olga.open(path)
            page.wait_for_selector("form")
            page.fill("[name=password]", "not the password")
            if page.locator("[name=name]").count():
                page.fill("[name=name]", "nobody")
            page.click("form .primary")
            wait_until(page, lambda: page.inner_text(".trouble"), "a refusal")
            complete(f"the door at {path}")


def test_the_language_is_the_browsers_and_can_be_changed(folder):
    with place(folder) as there:
        olga = there.person(there.settle(), locale="zh-TW")
        page = olga.at()
        check(page.evaluate("document.documentElement.lang") == "zh-Hant", "by the browser's language")
        check(page.get_attribute("#composer", "placeholder") == "傳訊息到 General", page.get_attribute("#composer", "placeholder"))
        page.keyboard.type("draft")
        page.click(".me")
        page.locator("dialog label", has_text="English").click()
        wait_until(page, lambda: page.get_attribute("#composer", "placeholder") == "Message General", "English")
        check(page.input_value("#composer") == "draft", "the draft stays")


def test_the_theme_is_the_systems_and_can_be_changed(folder):
    with place(folder) as there:
        olga = there.person(there.settle(), color_scheme="dark")
        page = olga.at()
        ground = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")
        dark = ground()
        page.click(".me")
        page.locator("dialog label", has_text="Light").click()
        light = ground()
        check(dark != light, "the theme changes at once")
        page.reload()
        check(ground() == light, "and stays")
        page.emulate_media(color_scheme="light")
        check(ground() == light, "whatever the system says")
