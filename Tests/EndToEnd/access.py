"""Who may do what: docs/access.md is a table for people, and every cell of it is tried on a running server."""

import itertools
import os
import re
import uuid

from apus import ROOT, Client, Server, check, request, succeed
from websocket import Closed, WebSocket

TABLE = os.path.join(ROOT, "docs", "access.md")
ACTORS = ["stranger", "outsider", "member", "removed", "banned", "room admin", "admin", "owner", "bot", "shut out"]
ROLES = {"admin": "admin", "owner": "owner", "bot": "bot", "helper": "bot"}
counter = itertools.count(1)


class Row:
    """One line of the table: what is tried, in which kind of room, and what each actor gets."""

    def __init__(self, cells):
        self.what, self.where = cells[0].replace("`", ""), cells[1]
        self.expected = dict(zip(ACTORS, cells[2:]))

    @property
    def is_route(self):
        return self.what.split()[0].isupper()

    @property
    def name(self):
        return f"{self.what} ({self.where})"


def rows():
    lines = [line for line in open(TABLE, encoding="utf-8") if line.startswith("| `")]
    found = [Row([cell.strip() for cell in line.strip().strip("|").split("|")]) for line in lines]
    for row in found:
        check(list(row.expected) == ACTORS, f"{row.name} has not one cell for each of {ACTORS}")
    return found


class World:
    """People, and rooms of each kind with one of them in the place that a column of the table means."""

    def __init__(self, server):
        self.server = server
        self.keeper, self.victim, self.banned, self.other, self.helper = (
            self.person(name, ROLES.get(name, "member"))
            for name in ("keeper", "victim", "offender", "other", "helper"))
        self.actors = {name: self.person(name.replace(" ", "-"), ROLES.get(name, "member")) for name in ACTORS[1:]}
        self.ids = {name: client.sync()["user"]["id"] for name, client in self.everybody().items()}
        self.shut_out(True)

    def everybody(self):
        people = {client.name: client for client in (self.keeper, self.victim, self.banned, self.other, self.helper)}
        return people | {client.name: client for client in self.actors.values()}

    def person(self, name, role="member"):
        succeed("user", "add", name, "--role", role, "--data", self.server.data)
        return Client(self.server, succeed("token", name, "--data", self.server.data), name)

    def shut_out(self, is_banned):
        op = "user.ban" if is_banned else "user.unban"
        self.actors["owner"].do(op, user=self.ids[self.actors["shut out"].name])

    def room(self, kind, actor):
        """A room with messages 1 (the keeper's) and 2 (the actor's, where they were ever a member)."""
        client = self.actors.get(actor)
        belongs = actor in ("member", "removed", "banned", "room admin", "bot", "shut out")
        if actor == "shut out":
            self.shut_out(False)
        people = [self.ids["victim"], self.ids["offender"]] + ([self.ids[client.name]] if belongs else [])
        if kind == "direct":
            # Somebody new, so that there is no such conversation yet.
            extra = self.person(f"p{next(counter)}").sync()["user"]["id"]
            room = self.keeper.do("room.direct", users=people + [extra])["room"]
        else:
            slug = f"room-{next(counter)}"
            public = kind != "private"
            made = {"kind": "public", "room": slug} if public else {"kind": "private", "name": slug}
            room = self.keeper.do("room.create", **made)["room"]
            for person in people:
                self.keeper.do("member.add", room=room, user=person)
        self.keeper.say(room, "the first")
        (client if belongs else self.keeper).say(room, "the second")
        if actor == "shut out":
            self.shut_out(True)
        if kind != "direct":
            self.keeper.do("member.ban", room=room, user=self.ids["offender"])
            if actor == "room admin":
                self.keeper.do("member.role", room=room, user=self.ids[client.name], role="admin")
            if actor in ("removed", "banned"):
                self.keeper.do("member.remove" if actor == "removed" else "member.ban",
                               room=room, user=self.ids[client.name])
        if kind == "archived":
            self.keeper.do("room.archive", room=room)
        return room

    def fill(self, text, room):
        """Puts real names into `{room}`, `{other}` and so on."""
        def value(match):
            name = match[1]
            others = {"room": lambda: room, "new": lambda: f"new-{next(counter)}", "version": lambda: version(self.server)}
            return others[name]() if name in others else self.ids[name]
        return re.sub(r"\{(\w+)\}", value, text) if isinstance(text, str) else [
            self.fill(each, room) for each in text] if isinstance(text, list) else text


# What each line of the table sends; `{…}` is filled in for each try.
COMMANDS = {
    "message.post": {"room": "{room}", "text": "hi"},
    "message.edit, one's own": {"op": "message.edit", "room": "{room}", "number": 2, "text": "better"},
    "message.edit, another's": {"op": "message.edit", "room": "{room}", "number": 1, "text": "worse"},
    "message.delete, one's own": {"op": "message.delete", "room": "{room}", "number": 2},
    "message.delete, another's": {"op": "message.delete", "room": "{room}", "number": 1},
    "reaction.add": {"room": "{room}", "number": 1, "emoji": "👍"},
    "reaction.remove": {"room": "{room}", "number": 1, "emoji": "👍"},
    "read": {"room": "{room}", "number": 1},
    "typing": {"room": "{room}", "on": True},
    "settings.update, of a room": {"op": "settings.update", "room": "{room}", "notifications": "none"},
    "settings.update": {"name": "theme", "value": "dark"},
    "room.create, public": {"op": "room.create", "kind": "public", "room": "{new}"},
    "room.create, private": {"op": "room.create", "kind": "private", "name": "secret"},
    "room.direct": {"users": ["{other}"]},
    "room.join": {"room": "{room}"},
    "room.leave": {"room": "{room}"},
    "room.update": {"room": "{room}", "topic": "news"},
    "room.archive": {"room": "{room}"},
    "member.add": {"room": "{room}", "user": "{other}"},
    "member.remove": {"room": "{room}", "user": "{victim}"},
    "member.role": {"room": "{room}", "user": "{victim}", "role": "admin"},
    "member.ban": {"room": "{room}", "user": "{victim}"},
    "member.unban": {"room": "{room}", "user": "{offender}"},
    "user.update": {"display_name": "Somebody"},
    "user.role, to admin": {"op": "user.role", "user": "{other}", "role": "admin"},
    "user.role, to member": {"op": "user.role", "user": "{other}", "role": "member"},
    "user.ban": {"user": "{victim}"},
    "user.unban": {"user": "{other}"},
    "presence": {"state": "online"},
    "ack": {"connection": "c_none_1", "seq": 1},
}

# The bodies of routes that take one.
BODIES = {
    "POST /v1/rooms/{room}/hooks": {"name": "CI"},
    "POST /v1/bots": {"name": "{new}"},
    "POST /v1/bots/{helper}/token": {},
    "POST /v1/stream": {},
    "POST /v1/commands": {"op": "message.post"},
    "POST /v1/invites": {},
    "POST /v1/sessions": {"name": "{new}", "password": "not it at all"},
    "POST /v1/accounts": {"name": "{new}", "password": "long enough"},
    "POST /v1/password": {"old": "not it at all", "new": "long enough"},
    "POST /v1/tickets": {},
    "POST /v1/users/{other}/reset": {},
    "POST /v1/hooks/{new}": {"text": "hi"},
}


def version(server):
    """Of the chat page's files."""
    return re.search(r"/assets/(\w+)/", server.get("/").body.decode())[1]


def command(world, row, room):
    fields = {key: world.fill(value, room) for key, value in COMMANDS[row.what].items()}
    return {"op": row.what, "id": str(uuid.uuid4())} | fields


def by_http(world, row, room, actor):
    client = world.actors.get(actor)
    headers = client.authorization if client else {}
    if row.is_route:
        method, path = row.what.split()[:2]
        body = BODIES.get(row.what)
        body = {key: world.fill(value, room) for key, value in body.items()} if body is not None else None
        answer = request(world.server, method, world.fill(path, room), body, headers)
    else:
        answer = request(world.server, "POST", "/v1/commands", command(world, row, room), headers)
    return "ok" if answer.status < 300 else answer.json["code"]


def by_websocket(world, row, room, actor):
    connection = WebSocket(world.server, world.actors[actor].token)
    try:
        sent = command(world, row, room)
        connection.send(command=sent)
        while True:
            name, content = connection.receive()
            if name == "reply" and content["id"] == sent["id"]:
                return content["error"]["code"] if "error" in content else "ok"
    except Closed as closed:
        return "unauthorized" if closed.code == 4401 else f"a connection closed with {closed.code}"
    finally:
        connection.socket.close()


def attempts(world, row):
    for actor in ACTORS:
        if row.expected[actor] == "–":
            continue
        ways = [by_http] + ([] if row.is_route or actor == "stranger" else [by_websocket])
        for way in ways:
            room = world.room(row.where, actor) if row.where != "server" else None
            yield actor, way.__name__, way(world, row, room, actor)


def test_every_cell(folder):
    with Server(folder, "--commands-per-second", "0", "--streams-per-user", "0", "--sign-in-tries", "0") as server:
        world = World(server)
        wrong = []
        for row in rows():
            for actor, way, came in attempts(world, row):
                if came != row.expected[actor]:
                    wrong.append(f"{row.name} as {actor} {way}: {row.expected[actor]} is written, {came} came")
        check(not wrong, "\n".join(wrong))


def general(route):
    """A route of the table as openapi.yaml has it."""
    method, path = route.split("?")[0].split()
    parts = path.split("/")
    if parts[1] == "r":
        return f"{method} {'/'.join(['', 'r', '{room}', '{number}'][:len(parts)])}"
    if parts[1] == "assets":
        return f"{method} /assets/{{version}}/{{path}}"
    names = {"users": "{id}", "invites": "{id}", "sessions": "{id}", "bots": "{id}", "hooks": "{hook}", "rooms": "{room}"}
    for place, part in enumerate(parts):
        if part.startswith("{"):
            parts[place] = "{token}" if parts[:3] == ["", "v1", "hooks"] else names[parts[place - 1]]
    return f"{method} {'/'.join(parts)}"


def test_nothing_is_missing(folder):
    with Server(folder) as server:
        alice = server.client("alice")
        known = set(re.findall(r"[a-z]+\.?[a-z]+", alice.command("no.such").json["detail"].split("there are")[1]))
        written = {COMMANDS[row.what].get("op", row.what) for row in rows() if not row.is_route}
        check(known == written, f"commands of the server but not of the table: {known - written}; "
                                f"of the table only: {written - known}")
        spec = open(os.path.join(ROOT, "Protocol", "openapi.yaml"), encoding="utf-8").read()
        routes, path = set(), None
        for line in spec.split("\ncomponents:")[0].splitlines():
            if match := re.match(r"  (/\S*):$", line):
                path = match[1]
            elif match := re.match(r"    (get|post|put|patch|delete|head):$", line):
                routes.add(f"{match[1].upper()} {path}")
        written = {general(row.what) for row in rows() if row.is_route}
        check(routes == written, f"routes of openapi.yaml but not of the table: {sorted(routes - written)}; "
                                 f"of the table only: {sorted(written - routes)}")
