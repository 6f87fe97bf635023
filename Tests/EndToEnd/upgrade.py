"""A connection on which the router has answered may still become a WebSocket: browsers and proxies keep connections."""

import json

from apus import Server, check, make_room, wait_for
from conversation import Conversation
from metrics import scrape
from websocket import WebSocket, encode, handshake

POST = {"op": "message.post", "room": "general"}


def sync(token):
    return f"GET /v1/sync HTTP/1.1\r\nHost: apus\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def check_synced(talk, seq):
    status, _, body = talk.answer()
    check(status == 200 and json.loads(body)["seq"] == seq, f"{status} {body}")


def check_works(client, bob):
    """Both ways, more than once, and to the end."""
    texts, replies = [], []
    for number in range(1, 4, 2):
        client.send(command={"id": f"a-{number}", "text": f"alice {number}"} | POST)
        while len(replies) < number or len(texts) < number + 1:
            name, content = client.receive()
            if name == "reply":
                replies += [content["ok"]["number"], bob.say("general", f"bob {number}")["number"]]
            if name == "batch":
                texts += [event["data"]["text"] for event in content.get("events", [])]
    check(replies == [1, 2, 3, 4] and texts == ["alice 1", "bob 1", "alice 3", "bob 3"], f"{replies} {texts}")
    client.socket.sendall(encode(8, b"\x03\xe8"))
    _, code = client.closing()
    check(code == 1000, f"closed with {code}")


def test_after_the_router(folder):
    with Server(folder) as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        seq = alice.sync()["seq"]
        server.restart()
        with Conversation(server) as talk:
            for _ in range(3):
                check_synced(talk.send(sync(alice.token)), seq)
            # Since the restart nobody has named the room: the handshake waits for the disk.
            talk.send(handshake(alice.token, "/v1/stream?rooms=general"))
            client = WebSocket.of(talk.socket, talk.buffer)
            check(client.frames("hello")["seq"] == seq, "the hello")
            wait_for(lambda: scrape(server).value("apus_readers", transport="websocket") == 1, "the reader")
            check_works(client, bob)
        wait_for(lambda: scrape(server).total("apus_readers") == 0, "the reader to be gone")


def test_in_one_breath(folder):
    """Nothing waits for anything: the request, the handshake and the first frame come together."""
    with Server(folder) as server:
        alice, bob = server.client("alice"), server.client("bob")
        make_room(server, "general", alice, bob)
        seq = alice.sync()["seq"]
        first = encode(1, json.dumps({"command": {"id": "first", "op": "typing", "room": "general", "on": True}}).encode())
        with Conversation(server) as talk:
            check_synced(talk.send(sync(alice.token) + handshake(alice.token) + first), seq)
            client = WebSocket.of(talk.socket, talk.buffer)
            check(client.frames("hello")["seq"] == seq, "the hello")
            check(client.frames("reply") == {"id": "first", "ok": {}}, "the first reply")
            check_works(client, bob)


def test_a_server_that_goes_says_so(folder):
    with Server(folder) as server:
        alice = server.client("alice")
        with Conversation(server) as talk:
            check_synced(talk.send(sync(alice.token)), 0)
            talk.send(handshake(alice.token))
            client = WebSocket.of(talk.socket, talk.buffer)
            client.frames("hello")
            code, _ = server.stop()
            check(code == 0, f"the server ended with {code}")
            frames, told = client.closing()
            check(told == 4503, f"closed with {told} after {frames}")
