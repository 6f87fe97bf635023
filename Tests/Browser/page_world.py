"""People with browsers at the chat page of a real server, as it comes out of the binary."""

import contextlib
import re

from apus import Server, check, request
from browser import FLAGS, chromium, wait_until
from people import PASSWORD, set_up, sign_up

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


class Person:
    """Somebody's browser with a page of Apus in it. Whatever its console complains of is kept."""

    def __init__(self, place, client=None, **device):
        self.place, self.client = place, client
        self.context = place.browser.new_context(**({"locale": "en-GB", "timezone_id": "Europe/London"} | DESKTOP | device))
        self.context.add_init_script("addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.blockedURI))")
        if client:
            self.context.add_cookies([{"name": "apus_session", "value": client.token, "url": place.url, "httpOnly": True}])
            account = f'{{"id":"{client.id}","name":"{client.name}"}}'
            self.context.add_init_script(f"localStorage.getItem('signed') || localStorage.setItem('apus.account', '{account}');"
                                         "localStorage.setItem('signed', 1)")
        self.complaints, self.requests = [], []
        self.page = self.tab()

    def tab(self):
        page = self.context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda sent: self.requests.append(sent.url))
        return page

    def open(self, path="/", page=None):
        page = page or self.page
        page.goto(self.place.url + path)
        return page

    def at(self, room="general", page=None):
        """Opens the page at a room, and waits until it is live."""
        page = self.open(f"/r/{room}", page)
        self.is_live(page)
        return page

    def is_live(self, page=None, seconds=20):
        page = page or self.page
        chip = page.locator(".chip")
        wait_until(page, lambda: chip.get_attribute("data-state") == "live", lambda: f"live: {chip.get_attribute('data-state')}",
                   seconds)

    def says(self, text, page=None):
        composer = (page or self.page).locator("#composer")
        composer.fill(text)
        composer.press("Enter")

    def texts(self, page=None):
        return (page or self.page).locator(".message-text").all_inner_texts()

    def sees(self, text, seconds=20, page=None):
        page = page or self.page
        wait_until(page, lambda: text in self.texts(page), lambda: f"“{text}”; there is {self.texts(page)[-20:]}", seconds)

    def tick(self, text):
        """What the tick of one's own message with this text says."""
        return self.page.locator(".message.mine", has_text=text).last.locator(".tick").get_attribute("data-state")

    def has_no_complaints(self, *expected):
        """Chromium itself logs requests that fail; which ones may is said."""
        left = [text for text in self.complaints if not any(each in text for each in expected)]
        check(not left, f"the console says {left}")
        abroad = [url for url in self.requests if not re.match(rf"{self.place.url}|data:|blob:", url)]
        check(not abroad, f"requests to others: {abroad}")


class Place:
    """A server with olga, its owner, and a browser for everybody."""

    def __init__(self, server, browser):
        self.server, self.browser = server, browser
        self.url = f"http://{server.host}:{server.port}"
        self.olga = None

    def settle(self):
        """Olga has set the server up."""
        self.olga = set_up(self.server)
        return self.olga

    def client(self, name, display_name=None):
        """An account by an invite of olga's, in the room general."""
        invite = self.olga.post("/v1/invites", {}).json["secret"]
        client = sign_up(self.server, name, invite)
        if display_name:
            client.do("user.update", display_name=display_name)
        return client

    def person(self, client=None, **device):
        return Person(self, client, **device)

    def room_texts(self, room="general"):
        """What a room holds, as the server tells olga."""
        answer = request(self.server, "GET", f"/v1/rooms/{room}/messages?limit=200", headers=self.olga.authorization)
        check(answer.status == 200, f"history: {answer}")
        return [message.get("text") for message in answer.json["messages"]]


@contextlib.contextmanager
def place(folder, *arguments):
    sync_playwright, path = chromium()
    with Server(folder, "--commands-per-second", "0", "--sign-in-tries", "0", *arguments) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield Place(server, browser)
        finally:
            browser.close()
