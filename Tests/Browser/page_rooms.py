"""What one wants to hear of a room, and what its admins do with it."""

from apus import request
from browser import check, wait_until
from page_world import place


def entry(there, client, room):
    answer = request(there.server, "GET", f"/v1/rooms/{room}", headers=client.authorization)
    check(answer.status == 200, f"{answer}")
    return answer.json


def becomes(there, client, room, **wanted):
    """The server's entry of the room, as this person sees it."""
    page = there.person(client).page
    wait_until(page, lambda: wanted.items() <= entry(there, client, room).items(), lambda: f"{wanted}; it is {entry(there, client, room)}")


def test_what_one_wants_to_hear_of_a_room(folder):
    with place(folder) as there:
        there.settle()
        tom = there.client("tom", "Tom")
        there.olga.do("room.create", kind="public", room="noise", name="Noise")
        tom.do("room.join", room="noise")
        olga = there.person(there.olga)
        page, other = olga.at("noise"), olga.tab()
        olga.at("general", other)
        room = other.locator("[data-room=noise]")
        unread = lambda: "unread" in room.get_attribute("class")
        room.wait_for()
        # Whoever is clicking on it just now would miss a new one.
        other.evaluate("window.link = document.querySelector('[data-room=noise]')")

        def choose(level):
            page.get_by_role("button", name="Room settings").click()
            page.get_by_text(level, exact=True).click()
            page.keyboard.press("Escape")

        choose("Mentions")
        becomes(there, there.olga, "noise", notifications="mentions")
        page.close()
        tom.say("noise", "one")
        wait_until(other, lambda: room.locator(".badge.quiet").count() == 1, "a quiet figure")
        check(not unread() and other.title() == "General · Apus", f"it is not said aloud: {other.title()}")
        tom.say("noise", "@olga two")
        wait_until(other, lambda: unread() and room.locator(".badge.strong").inner_text().startswith("@1"), "the mention")
        check(other.title().startswith("(1)"), other.title())
        page = olga.tab()
        olga.at("noise", page)
        page.bring_to_front()
        olga.sees("@olga two", page=page)
        wait_until(other, lambda: room.locator(".badge").count() == 0, "it to be read")
        choose("Nothing")
        becomes(there, there.olga, "noise", notifications="none")
        page.close()
        tom.say("noise", "@olga three")
        wait_until(other, lambda: room.locator(".badge.quiet").count() == 1, "a quiet figure again")
        check(other.title() == "General · Apus", other.title())
        check(other.evaluate("link.isConnected"), "the link in the list was replaced")
        other.reload()
        olga.is_live(other)
        wait_until(other, lambda: room.locator(".badge.quiet").count() == 1, "it is kept")
        olga.has_no_complaints()


def test_admins_say_what_a_room_is(folder):
    with place(folder) as there:
        there.settle()
        tom = there.client("tom", "Tom")
        there.olga.do("room.create", kind="public", room="birds", name="Birds", topic="All of them")
        tom.do("room.join", room="birds")
        plain = there.person(tom)
        plain.at("birds")
        plain.page.get_by_role("button", name="Room settings").click()
        check(plain.page.locator("dialog input[name=name]").count() == 0, "not everybody does so")
        plain.page.keyboard.press("Escape")
        olga = there.person(there.olga)
        page = olga.at("birds")

        def settings():
            page.get_by_role("button", name="Room settings").click()
            return page.locator("dialog")

        box = settings()
        check(box.locator("input[name=topic]").input_value() == "All of them", "what it is now is there")
        box.locator("input[name=name]").fill("Swifts <b>")
        box.locator("input[name=topic]").fill("")
        box.get_by_text("From then on").click()
        box.locator("input[name=name]").press("Enter")
        wait_until(plain.page, lambda: plain.page.inner_text("h1") == "Swifts <b>", "everybody to see the name")
        becomes(there, tom, "birds", name="Swifts <b>", topic="", history="joined")
        wait_until(page, lambda: page.locator("dialog").count() == 0, "the dialog to close")
        settings().get_by_role("button", name="Archive room").click()
        page.locator("dialog").last.get_by_role("button", name="Archive room").click()
        becomes(there, tom, "birds", archived=True)
        wait_until(page, lambda: "archived" in page.inner_text(".room-title"), "it to be said")
        settings().get_by_role("button", name="Open it again").click()
        becomes(there, tom, "birds", archived=False)
        olga.has_no_complaints()


def test_admins_decide_on_members(folder):
    with place(folder) as there:
        there.settle()
        tom, amir = there.client("tom", "Tom"), there.client("amir", "Amir")
        room = there.olga.do("room.create", kind="private", name="Board")["room"]
        there.olga.do("member.add", room=room, user=tom.id)
        olga = there.person(there.olga)
        page = olga.at(room)
        page.get_by_role("button", name="People", exact=True).click()
        box = page.locator("dialog").first
        box.get_by_role("button", name="Add people").click()
        page.locator("dialog label", has_text="Amir").click()
        page.locator("dialog").get_by_role("button", name="Add", exact=True).click()
        wait_until(page, lambda: page.locator(".with-text").inner_text().strip() == "3", "amir to be added")
        page.get_by_role("button", name="People", exact=True).click()
        check(box.get_by_role("button", name="What to do with Olga").count() == 0, "not with oneself")

        def decide(name, what):
            box.get_by_role("button", name=f"What to do with {name}").click()
            page.locator("dialog").last.get_by_role("button", name=what).click()

        decide("Tom", "Make an admin")
        wait_until(page, lambda: box.locator("li", has_text="Tom").locator(".role").count() == 1, "the list to say so")
        becomes(there, tom, room, role="admin")
        decide("Tom", "Make a plain member")
        becomes(there, tom, room, role="member")
        decide("Amir", "Remove from room")
        page.locator("dialog").last.get_by_role("button", name="Remove from room").click()
        wait_until(page, lambda: box.locator("li", has_text="Amir").count() == 0, "him to be gone")
        gone = request(there.server, "GET", f"/v1/rooms/{room}", headers=amir.authorization)
        check(gone.status == 404, f"he does not see it any more: {gone}")
        page.keyboard.press("Escape")
        plain = there.person(tom)
        plain.at(room)
        plain.page.get_by_role("button", name="People", exact=True).click()
        plain.page.wait_for_selector("dialog .avatar")
        check(plain.page.get_by_role("button", name="What to do with").count() == 0, "members do not")
        olga.has_no_complaints()
