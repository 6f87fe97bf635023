"""The first five minutes: set-up, invites, signing in and out, new passwords."""

import re

from browser import check, wait_until
from page_world import PASSWORD, PHONE, place
from people import delete, setup_secret


def fill_in(page, name=None, password=PASSWORD):
    if name:
        page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.click("form button.primary")


def focus(page):
    return page.evaluate("document.activeElement.id")


def test_from_the_set_up_link_to_a_conversation(folder):
    with place(folder) as there:
        olga = there.person()
        page = olga.open(f"/#setup={setup_secret(there.server)}")
        check(page.evaluate("document.activeElement.name") == "name", "the first field has the focus")
        fill_in(page, "olga")
        page.wait_for_selector(".invite input")
        link = page.input_value(".invite input")
        check(re.fullmatch(rf"{there.url}/#invite=\w+", link), link)
        check("setup" not in page.url, f"the secret is still in the address: {page.url}")
        page.keyboard.press("Escape")
        wait_until(page, lambda: focus(page) == "composer", lambda: f"the composer to be focused, not {focus(page)}")
        check(page.inner_text("h1") == "General", "the first room is open")
        page.keyboard.type("Hello, world")
        page.keyboard.press("Enter")
        olga.sees("Hello, world")

        amir = there.person(**PHONE)
        page = amir.open(link.removeprefix(there.url))
        fill_in(page, "amir")
        page.click(".room[data-room='general']")
        amir.sees("Hello, world")
        amir.says("Hello, Olga", page)
        page.click(".send")
        olga.sees("Hello, Olga")
        for person in (olga, amir):
            person.has_no_complaints()


def test_signing_in_and_out(folder):
    with place(folder) as there:
        there.settle()
        olga = there.person()
        page = olga.open("/#invite=%")
        page.wait_for_selector("form [name=password]")
        page = olga.open("/")
        fill_in(page, "olga", "not the password")
        wait_until(page, lambda: "wrong" in page.inner_text(".trouble"), lambda: page.inner_text(".trouble"))
        check(page.locator("form button.primary").is_enabled(), "one can try again")
        fill_in(page, "Olga")
        olga.is_live()
        other = olga.tab()
        olga.at(page=other)
        page.click(".me")
        page.click("dialog .menu .danger")
        for each in (page, other):
            each.wait_for_selector("form [name=password]")
        answer = page.evaluate("fetch('/v1/sync').then(({ status }) => status)")
        check(answer == 401, f"the session is ended: {answer}")
        olga.has_no_complaints("401")


def test_a_session_that_is_ended_elsewhere_leads_to_the_door(folder):
    with place(folder) as there:
        person = there.person(there.settle())
        page = person.at()
        check(delete(there.olga, "/v1/sessions").status == 204, "signed out everywhere")
        page.wait_for_selector("form [name=password]")


def test_a_reset_link_sets_a_password(folder):
    with place(folder) as there:
        there.settle()
        amir = there.client("amir")
        secret = there.olga.post(f"/v1/users/{amir.id}/reset", {}).json["secret"]
        person = there.person()
        page = person.open(f"/#reset={secret}")
        check(page.locator("[name=name]").count() == 0, "the link says whose it is")
        fill_in(page, password="a new password")
        person.is_live()
        page = there.person().open(f"/#reset={secret}")
        fill_in(page, password="another new one")
        wait_until(page, lambda: "not good any more" in page.inner_text(".trouble"), lambda: page.inner_text(".trouble"))
