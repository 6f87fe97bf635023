"""Long conversations: nothing jumps, the end is followed only by who is there, and what was not seen is not read."""

from browser import check, wait_until
from page_world import PHONE, place

# Where each message on the screen ends, by its number. Its beginning moves where it loses its head to one before it.
PLACES = """() => Object.fromEntries([...document.querySelectorAll('.message')]
    .map(row => [row.dataset.number, row.getBoundingClientRect().bottom])
    .filter(([, bottom]) => bottom > -200 && bottom < innerHeight))"""

# A browser may spread a wheel's turn over many frames.
STILL = """() => new Promise((still) => {
    const viewport = document.querySelector('.viewport');
    let last = -1, same = 0;
    const look = () => {
        same = viewport.scrollTop === last ? same + 1 : 0;
        last = viewport.scrollTop;
        if (same < 10) requestAnimationFrame(look); else still();
    };
    look();
})"""


def talk(client, count, text="message {} of many", room="general"):
    """So many messages, some of them long."""
    commands = [{"id": f"{room}-{number}", "op": "message.post", "room": room,
                 "text": text.format(number) + (" and on" * (number % 40) if number % 7 == 0 else "")} for number in range(1, count + 1)]
    for start in range(0, count, 100):
        answer = client.post("/v1/commands", commands[start:start + 100])
        check(answer.status == 200 and all("ok" in one for one in answer.json), answer)
    client.do("read", room=room, number=count)


def rows(page):
    return page.locator(".message").count()


def first_shown(page):
    return page.evaluate("Number(document.querySelector('.message').dataset.number)")


def climb(there, device):
    """From the last of 5,000 messages to the first, by the wheel: what is on the screen moves by what was turned, at most."""
    talk(there.settle(), 5_000)
    olga = there.person(there.olga, **device)
    page = olga.at()
    olga.sees("message 4999 of many")
    # In the page itself, frame by frame, so that no frame is missed.
    result = page.evaluate("""places => new Promise(resolve => {
        const viewport = document.querySelector('.viewport');
        const where = eval(places);
        let jumps = [], most = 0, stuck = 0, before = where();
        const step = () => {
            const now = where();
            const shifts = Object.keys(now).filter(number => number in before).map(number => now[number] - before[number]);
            const turned = viewport.turned ?? 0;
            // Half a pixel is what rounding the scroll position may cost.
            if (shifts.length && shifts.some(shift => shift < -1.5 || shift > turned + 1.5)) jumps.push([turned, Math.min(...shifts), Math.max(...shifts)]);
            if (!shifts.length) jumps.push('nothing of what was there is left');
            most = Math.max(most, document.querySelectorAll('.message').length);
            stuck = viewport.scrollTop === 0 ? stuck + 1 : 0;
            if (document.querySelector('.beginning') && !viewport.scrollTop || stuck > 300 || jumps.length > 20) {
                return resolve({ jumps, most, first: Number(document.querySelector('.message').dataset.number) });
            }
            before = where();
            viewport.turned = Math.min(300, viewport.scrollTop);
            viewport.scrollTop -= viewport.turned;
            requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
    })""", PLACES)
    check(result["first"] == 1, f"the first message is reached: {result}")
    check(not result["jumps"], f"it jumped: {result['jumps'][:5]}")
    check(result["most"] <= 500, f"{result['most']} messages are in the page at once")
    page.click(".below")
    olga.sees("message 5000 of many")
    olga.has_no_complaints()


def test_five_thousand_messages_without_a_jump(folder):
    with place(folder) as there:
        climb(there, {})


def test_five_thousand_messages_on_a_phone(folder):
    with place(folder) as there:
        climb(there, PHONE)


def test_it_opens_at_the_first_unread(folder):
    with place(folder) as there:
        amir_reads = 40
        there.settle()
        amir = there.client("amir")
        talk(there.olga, 200)
        amir.do("read", room="general", number=amir_reads)
        person = there.person(amir)
        page = person.at()
        page.wait_for_selector(".new-divider")
        top = page.evaluate("document.querySelector('.new-divider').getBoundingClientRect().top")
        check(0 < top < 600, f"the divider is on the screen, at {top}")
        check(page.evaluate("document.querySelector('.new-divider').nextSibling.dataset.number") == "41", "before the first unread")
        seen = lambda: amir.get("/v1/rooms/general").json["read"]
        wait_until(page, lambda: seen() > amir_reads, "what is on the screen to be read")
        check(seen() < 80, f"only what is on the screen is read, not up to {seen()}")
        page.click(".below")
        person.sees("message 200 of many")
        wait_until(page, lambda: seen() == 200, lambda: f"all to be read: {seen()}")
        check(page.evaluate("document.querySelectorAll('.new-divider').length") <= 1, "one divider")


def test_the_end_is_followed_only_from_near_it(folder):
    with place(folder) as there:
        there.settle()
        amir = there.client("amir")
        talk(there.olga, 100)
        olga = there.person(there.olga)
        page = olga.at()
        olga.sees("message 100 of many")
        end = lambda: page.evaluate("(v => v.scrollHeight - v.scrollTop - v.clientHeight)(document.querySelector('.viewport'))")
        amir.say("general", "follows")
        olga.sees("follows")
        check(end() < 2, f"the end is followed: {end()} px away")
        page.mouse.move(700, 400)
        page.mouse.wheel(0, -700)
        wait_until(page, lambda: end() > 400, lambda: f"to be away from the end: {end()}")
        page.evaluate(STILL)
        before = page.evaluate(PLACES)
        for text in ("a", "b", "c"):
            amir.say("general", text)
        button = page.locator(".below")
        wait_until(page, lambda: button.inner_text().strip() == "3 new", lambda: button.inner_text())
        after = page.evaluate(PLACES)
        check(all(abs(after[key] - before[key]) < 1 for key in before), "what is on the screen stays")
        announced = page.inner_text("[aria-live=polite]")
        check(announced.split() == "amir: follows amir: a amir: b amir: c".split(), f"new arrivals are announced: {announced!r}")
        button.click()
        wait_until(page, lambda: end() < 2 and not button.is_visible(), lambda: f"the end: {end()}")
        # Writing in a higher composer pushes nothing out of sight.
        page.fill("#composer", "\n".join("line" for _ in range(8)))
        wait_until(page, lambda: end() < 2, lambda: f"the end with a high composer: {end()}")


def test_history_is_not_read_out(folder):
    with place(folder) as there:
        talk(there.settle(), 300)
        olga = there.person(there.olga)
        page = olga.at()
        olga.sees("message 300 of many")
        page.evaluate("document.querySelector('.viewport').scrollTop = 0")
        wait_until(page, lambda: rows(page) > 100, "history")
        check(page.inner_text("[aria-live=polite]") == "", "history was announced")
        check(page.locator(".viewport [aria-live], .viewport [role=log]").count() == 0, "the list itself is silent")
