"""Alice by WebSocket and Bob by each transport chat while the server is killed and comes back."""

from apus import Server, make_room, succeed, wait_for
from ledger import Ledger, check_delivery, check_epochs, check_order
from readers import TRANSPORTS, Reader


def converse(alice, bob, readers, room, words):
    """Each answers what the other said, having seen it."""
    for number in range(words):
        speaker = alice if number % 2 == 0 else bob
        seq = speaker.say(room, f"{speaker.name} {number}")["seq"]
        for reader in readers[:2]:  # the third person is in no room
            wait_for(lambda: reader.failure or reader.track.seq >= seq, lambda: f"{reader.name} to see {seq}")


def test_chat_on_every_transport(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        alice, bob, carol = (server.client(name) for name in ("alice", "bob", "carol"))
        for transport in TRANSPORTS:
            room = "with-" + transport
            make_room(server, room, alice)
            readers = [Reader(alice, "websocket"), Reader(bob, transport), Reader(carol, transport)]
            bob.do("room.join", room=room)
            converse(alice, bob, readers, room, 10)
            server.kill()
            server.start()
            converse(alice, bob, readers, room, 10)
            bob.do("room.leave", room=room)
            alice.say(room, "is he gone?")
            bob.do("room.join", room=room)
            converse(alice, bob, readers, room, 4)
            # What comes while Bob is away is read from the log, not from mail.
            readers[1].stop()
            for number in range(30):
                alice.say(room, f"alone {number}")
            readers[1] = Reader(bob, transport, after=readers[1])
            converse(alice, bob, readers, room, 2)
            head = carol.sync()["seq"]
            ledger = Ledger(server.data)
            check_order(ledger)
            assert readers[0].connections == 2, "alice never came back"
            for reader in readers:
                reader.ends_at(max((row["seq"] for row in ledger.visible(reader.client.name)), default=0))
                check_delivery(ledger, reader.client.name, reader.start_seq, reader.track.events, reader.name)
            assert ledger.head == head
        check_epochs(Ledger(server.data), server.starts)
        assert succeed("token", "alice", "--data", server.data)
