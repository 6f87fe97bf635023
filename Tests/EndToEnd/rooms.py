"""What the routes tell of rooms, members and people, and to whom; before and after a restart."""

from apus import Server, check


def is_like(answer, status, **fields):
    found = {name: answer.json.get(name) for name in fields}
    check(answer.status == status and found == fields, f"{status} {fields} was expected, but {answer} came")


def pages(client, path, name, key, limit):
    """All of a list, read page by page; the pages, as the values of `key`."""
    found, after = [], ""
    while True:
        joint = "&" if "?" in path else "?"
        body = client.get(f"{path}{joint}limit={limit}&after={after}").json
        found.append([item[key] for item in body[name]])
        check(len(found[-1]) <= limit, f"at most {limit} a page, but {body} came")
        if not body["more"]:
            return found
        after = found[-1][-1]


def test_rooms_are_told_to_who_may_see_them(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        alice, bob, carol = (server.client(name) for name in ("alice", "bob", "carol"))
        ids = {client.name: client.sync()["user"]["id"] for client in (alice, bob, carol)}
        alice.do("room.create", kind="public", room="hall", topic="All of us")
        den = alice.do("room.create", kind="private", name="Den")["room"]
        alice.do("member.add", room=den, user=ids["bob"])
        pair = alice.do("room.direct", users=[ids["bob"]])["room"]
        for _ in range(2):
            alice.say(den, "hello")
        bob.do("read", room=den, number=1)
        bob.do("room.join", room="hall")

        def look():
            is_like(carol.get("/v1/rooms/hall"), 200, member=False, members=2, topic="All of us", role=None, head=None)
            is_like(bob.get("/v1/rooms/hall"), 200, member=True, role="member", head=0, kind="public")
            is_like(
                bob.get(f"/v1/rooms/{den}"), 200, member=True, role="member", head=2, read=1, name="Den",
                history="joined", archived=False, members=2)
            is_like(alice.get(f"/v1/rooms/{pair}"), 200, users=sorted([ids["alice"], ids["bob"]]), name="", members=1)
            for hidden, client in [(den, carol), (pair, carol), (pair, bob), ("nowhere", carol)]:
                for path in ("", "/members", "/messages"):
                    is_like(client.get(f"/v1/rooms/{hidden}{path}"), 404, code="no_such_room")
            is_like(carol.get("/v1/rooms/hall/members"), 403, code="not_a_member")
            members = {member["name"]: member for member in bob.get(f"/v1/rooms/{den}/members").json["members"]}
            check(set(members) == {"alice", "bob"}, f"alice and bob, but {members} came")
            check(members["alice"]["role"] == "admin" and members["bob"]["role"] == "member", f"roles in {members}")
            check(members["bob"]["read"] == 1 and members["bob"]["since"] > 0, f"bob's progress in {members}")
            rooms = {room["room"] for room in bob.sync()["rooms"]}
            check(rooms == {"hall", den}, f"the hall and the den for bob, but {rooms} came")

        look()
        server.restart()
        look()
        alice.say(pair, "first")
        is_like(bob.get(f"/v1/rooms/{pair}"), 200, member=True, members=2, head=1, read=0)
        alice.do("member.remove", room=den, user=ids["bob"])
        is_like(bob.get(f"/v1/rooms/{den}/members"), 404, code="no_such_room")


def test_lists_come_in_pages(folder):
    with Server(folder, "--commands-per-second", "0") as server:
        people = [server.client(f"user{number}") for number in range(5)]
        slugs = [f"room{number}" for number in range(5)]
        for slug in slugs:
            people[0].do("room.create", kind="public", room=slug)
        for person in people:
            person.do("room.join", room="room0")
        people[0].do("room.archive", room="room3")
        ids = sorted(person.sync()["user"]["id"] for person in people)
        open_rooms = pages(people[1], "/v1/rooms", "rooms", "room", 2)
        check(open_rooms == [["room0", "room1"], ["room2", "room4"]], f"all but room3, but {open_rooms} came")
        every = pages(people[1], "/v1/rooms?archived=1", "rooms", "room", 3)
        check(every == [slugs[:3], slugs[3:]], f"all rooms, but {every} came")
        members = pages(people[1], "/v1/rooms/room0/members", "members", "id", 2)
        check(members == [ids[:2], ids[2:4], ids[4:]], f"all five in pages of two, but {members} came")
        known = pages(people[1], "/v1/sync/users", "users", "id", 4)
        check(known == [ids[:4], ids[4:]], f"all five in pages of four, but {known} came")
        for path in ("rooms", "rooms/room0/members", "sync/users"):
            for limit in ("0", "1001", "x", ""):
                is_like(people[0].get(f"/v1/{path}?limit={limit}"), 400, code="invalid_field")
        is_like(people[0].get("/v1/rooms?archived=yes"), 400, code="invalid_field")
