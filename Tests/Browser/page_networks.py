"""Two people with the chat page on bad networks: what they say comes once and in order, and the page says by what."""

import os

from browser import check, wait_until
from networks import NETWORKS
from page_world import place

CHIPS = {"websocket": "WebSocket", "sse": "SSE", "long_poll": "Long poll", "short_poll": "Short poll"}
ROUNDS = 10
# The longest back-off, with what comes before and after it.
PATIENCE = 60


def chip(person):
    return person.page.inner_text(".chip")


def carriers(network, person):
    """What the network has of this person's streams and polls at the moment, as the chip would name it."""
    return {CHIPS[one.transport] for one in network.passages
            if one.closed is None and one.transport in CHIPS and person.client.token in one.head.get("Cookie")}


def talk(folder, name, struck, transport=None, is_broken_later=False):
    """What two people say behind a network until it has struck. `transport` is what carries there in the end, if it is one."""
    with place(folder) as there:
        there.settle()
        amir = there.client("amir", "Amir Haddad")
        inside = os.path.join(folder, "network")
        os.mkdir(inside)
        with NETWORKS[name].make(there.server, inside) as network:
            there.url = network.url
            if is_broken_later:
                network.become("good")
            pair = [there.person(there.olga), there.person(amir)]
            for person in pair:
                person.at()
            if is_broken_later:
                network.become("broken")
            rounds = 0
            while rounds < ROUNDS or not struck(network):
                say_and_see(pair, rounds)
                rounds += 1
            for person in pair:
                names_what_carries(person, network, transport)
            network.become("good")
            for person in pair:
                has_all(there, person, rounds)


def say_and_see(pair, number):
    """Both say something and wait for the other's words."""
    for person in pair:
        person.says(f"{person.client.name} {number}")
    for person, other in (pair, pair[::-1]):
        person.sees(f"{other.client.name} {number}", PATIENCE)


def names_what_carries(person, network, transport):
    if transport:
        wait_until(person.page, lambda: chip(person) == CHIPS[transport], lambda: f"{transport}; the chip says {chip(person)}")
    wait_until(person.page, lambda: chip(person) in carriers(network, person), lambda: (
        f"the chip to be true: it says {chip(person)}, the network {carriers(network, person)}"), PATIENCE)


def has_all(there, person, rounds):
    """As the server has it, on this screen too; and the server has what this person said."""
    expected = there.room_texts()
    own = [text for text in expected if text.startswith(person.client.name)]
    check(own == [f"{person.client.name} {number}" for number in range(rounds)], f"the room has {own}")
    wait_until(person.page, lambda: person.texts() == expected, lambda: f"{expected}; {person.texts()}", PATIENCE)
    person.has_no_complaints("WebSocket connection to", "Failed to load resource")


def test_the_upgrade_is_dropped(folder):
    talk(folder, "no-upgrade", lambda network: any(one.transport == "handshake" for one in network.passages), "sse")


def test_frames_are_swallowed(folder):
    talk(folder, "swallowed-frames", lambda network: any(one.lost for one in network.passages), "sse")


def test_answers_are_held(folder):
    talk(folder, "buffered", lambda network: True, "websocket")


def cut(network):
    return sum(one.transport in CHIPS and one.ended_by == "network" for one in network.passages)


def test_connections_are_cut(folder):
    # The page itself would not always be whole.
    talk(folder, "cut-after-3s", lambda network: cut(network) > 4, is_broken_later=True)


def test_the_server_restarts(folder):
    talk(folder, "restarts", lambda network: network.rounds > 3, is_broken_later=True)
