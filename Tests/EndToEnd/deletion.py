"""What is deleted is gone: from every file of the data folder, and from what readers get."""

import json
import os

from apus import Server, check, make_room, wait_for

# One test waits for half of the minute that the protocol promises.
BESIDE_OTHERS = True


def files_with(server, text):
    """The files of the data folder in which a text stands, also as the search index has it."""
    found = []
    for folder, _, names in os.walk(server.data):
        for name in names:
            path = os.path.join(folder, name)
            try:
                with open(path, "rb") as file:
                    if text.lower().encode() in file.read().lower():
                        found.append(name)
            except OSError:  # a socket, or gone since it was listed
                continue
    return found


def say_and_edit(client, word):
    """A message that held a word twice, in its first form and in an edit; its number."""
    number = client.say("general", f"{word} " * 40)["number"]
    client.do("message.edit", room="general", number=number, text=f"short {word}")
    client.do("message.edit", room="general", number=number, text="harmless")
    return number


def test_no_file_holds_a_deleted_text(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        ada, bob = server.client("ada"), server.client("bob")
        make_room(server, "general", ada, bob)
        start = ada.sync()["cursor"]
        words = ["Kolibri7Q", "Albatros9X"]
        numbers = [say_and_edit(ada, word) for word in words]
        bob.say("general", "kept: Mauersegler3Z")
        for word in words + ["Mauersegler3Z"]:
            check(files_with(server, word), f"{word} is in no file before it is deleted: the test looks in the wrong place")
        for word, number in zip(words, numbers):
            ada.do("message.delete", room="general", number=number)
            poll = bob.get(f"/v1/stream?cursor={start}").body.decode()
            check(word not in poll and '"purged":true' in poll, f"a reader still gets {word}: {poll}")
            history = bob.get("/v1/rooms/general/messages").json["messages"]
            check(history[number - 1].get("purged") and word not in json.dumps(history), f"history: {history}")
            # The second time the log has just been cut off, and is left alone for half a minute.
            wait_for(lambda: not files_with(server, word), lambda: f"{word} to go from {files_with(server, word)}", 70)
        check(files_with(server, "Mauersegler3Z"), "what was not deleted is gone too")


def test_it_is_gone_after_a_crash_too(folder):
    with Server(folder) as server:
        ada = server.client("ada")
        make_room(server, "general", ada)
        for number, end in ((1, server.kill), (2, server.stop)):
            # So that the log is left alone for a while, and the text stays in it until the server ends.
            ada.say("general", "first")
            ada.do("message.delete", room="general", number=2 * number - 1)
            wait_for(lambda: os.path.getsize(server.data + "/apus.sqlite-wal") == 0, "the log to be cut off")
            word = f"Kolibri{number}Q"
            ada.say("general", word)
            ada.do("message.delete", room="general", number=2 * number)
            check(files_with(server, word), f"{word} has gone already: nothing is tested")
            end()
            if end == server.kill:
                check(files_with(server, word), f"{word} has gone already: nothing is tested")
                server.start()
                # The search index removes by and by what it had of it.
                wait_for(lambda: not files_with(server, word), lambda: f"{word} to go from {files_with(server, word)}", 70)
            check(not files_with(server, word), f"{word} is left after {end.__name__} in {files_with(server, word)}")
