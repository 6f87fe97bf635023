"""Making accounts: the set-up link, registration, invites."""

from apus import Client, Server, check, request, run, succeed, wait_for
from people import PASSWORD, delete, expect, post, set_up, setup_secret, sign_in, sign_up, works


def test_set_up(folder):
    with Server(folder) as server:
        account = {"name": "olga", "password": PASSWORD}
        expect(post(server, "/v1/accounts", account), 403, "setup_required")
        expect(post(server, "/v1/sessions", account), 403, "setup_required")
        # Tokens of the command line work before there is an owner.
        alice = server.client("alice")
        alice.do("room.create", kind="public", room="early")
        for secret in ("setup_wrong", "", None):
            code = ("setup_required", 403) if secret is None else ("no_such_link", 404)
            expect(post(server, "/v1/accounts", account | {"setup": secret}), code[1], code[0])
        secret = setup_secret(server)
        expect(post(server, "/v1/accounts", account | {"setup": secret, "name": "alice"}), 409, "name_taken")
        expect(post(server, "/v1/accounts", account | {"setup": secret, "password": "short"}), 400, "invalid_field")
        made = expect(post(server, "/v1/accounts", account | {"setup": secret, "display_name": "Olga O."}), 201)
        check(made.json["user"]["display_name"] == "Olga O.", f"{made}")
        olga = Client(server, made.json["token"], "olga")
        rooms = olga.sync()["rooms"]
        check([(room["room"], room["role"]) for room in rooms] == [("general", "admin")], f"{rooms}")
        me = olga.get(f"/v1/users/{made.json['user']['id']}").json
        check(me["role"] == "owner" and me["banned"] is False, f"{me}")
        expect(post(server, "/v1/accounts", account | {"setup": secret, "name": "eve"}), 404, "no_such_link")
        check(secret not in server.log_text() and PASSWORD not in server.log_text(), "a secret is in the log")
        server.stop()
        server.start()
        server.stop()
        check(server.process.stdout.read() == "", "a server with an owner prints a set-up link")


def test_a_set_up_link_is_of_one_start(folder):
    with Server(folder) as server:
        first = setup_secret(server)
        server.restart()
        body = {"name": "olga", "password": PASSWORD}
        expect(post(server, "/v1/accounts", body | {"setup": first}), 404, "no_such_link")
        expect(post(server, "/v1/accounts", body | {"setup": setup_secret(server)}), 201)


def test_an_owner_by_the_command_line_ends_set_up(folder):
    with Server(folder) as server:
        secret = setup_secret(server)
        succeed("user", "add", "olga", "--role", "owner", "--password", PASSWORD, "--data", server.data)
        body = {"name": "eve", "password": PASSWORD}
        expect(post(server, "/v1/accounts", body | {"setup": secret}), 404, "no_such_link")
        expect(post(server, "/v1/accounts", body), 403, "invite_required")
        check(works(sign_in(server, "olga")), "the owner is not let in")


def test_a_room_that_was_there_before_set_up(folder):
    with Server(folder) as server:
        succeed("room", "create", "general", "--data", server.data)
        rooms = set_up(server).sync()["rooms"]
        check([(room["room"], room["role"]) for room in rooms] == [("general", "admin")], f"{rooms}")


def test_invites(folder):
    with Server(folder) as server:
        olga = set_up(server)
        expect(post(server, "/v1/invites", {}), 401, "unauthorized")
        once = expect(olga.post("/v1/invites", {"uses": 1, "expires_in": 3600}), 201).json
        check(once["uses_left"] == 1 and once["expires_at"] > once["created_at"] and once["by"] == olga.id, f"{once}")
        often = expect(olga.post("/v1/invites", {}), 201).json
        check("uses_left" not in often and "expires_at" not in often, f"{often}")
        listed = olga.get("/v1/invites").json["invites"]
        check([link["id"] for link in listed] == [once["id"], often["id"]], f"{listed}")
        check(all("secret" not in link for link in listed), f"secrets are listed: {listed}")

        body = {"name": "anna", "password": PASSWORD}
        expect(post(server, "/v1/accounts", body), 403, "invite_required")
        expect(post(server, "/v1/accounts", body | {"invite": "invite_nonsense"}), 404, "no_such_link")
        anna = sign_up(server, "anna", once["secret"])
        check(works(anna), "who was invited is not let in")
        joined = olga.get("/v1/rooms/general/members").json["members"]
        check({member["name"] for member in joined} == {"olga", "anna"}, f"who was invited is not in general: {joined}")
        rooms = [(room["room"], room["role"], room["read"] - room["head"]) for room in anna.sync()["rooms"]]
        check(rooms == [("general", "member", 0)], f"the rooms of who was invited: {rooms}")
        expect(post(server, "/v1/accounts", body | {"name": "bert", "invite": once["secret"]}), 404, "no_such_link")
        expect(anna.post("/v1/invites", {}), 403, "forbidden")
        expect(anna.get("/v1/invites"), 403, "forbidden")
        for number in range(3):
            sign_up(server, f"guest-{number}", often["secret"])
        expect(delete(anna, f"/v1/invites/{often['id']}"), 403, "forbidden")
        expect(delete(olga, f"/v1/invites/{often['id']}"), 204)
        expect(delete(olga, f"/v1/invites/{often['id']}"), 404, "no_such_link")
        expect(post(server, "/v1/accounts", body | {"name": "bert", "invite": often["secret"]}), 404, "no_such_link")
        for wrong in ({"uses": 0}, {"uses": "two"}, {"expires_in": -1}):
            expect(olga.post("/v1/invites", wrong), 400, "invalid_field")
        short = olga.post("/v1/invites", {"expires_in": 1}).json
        wait_for(
            lambda: post(server, "/v1/accounts", body | {"invite": short["secret"], "name": "x"}).status == 400
            and olga.get("/v1/invites").json["invites"] == [], "the invite's end")
        expect(post(server, "/v1/accounts", body | {"name": "bert", "invite": short["secret"]}), 404, "no_such_link")


def test_registration(folder):
    body = {"name": "anna", "password": PASSWORD}
    with Server(folder, "--registration", "closed") as server:
        olga = set_up(server)
        refused = expect(olga.post("/v1/invites", {}), 403, "forbidden").json
        check("--registration closed" in refused["detail"], f"{refused}")
        check(olga.get("/v1/invites").json == {"invites": []}, "an invite that lets nobody in was made")
        # Those of the command line are for later.
        secret = succeed("invite", "--data", server.data).removeprefix("/#invite=")
        expect(post(server, "/v1/accounts", body), 403, "forbidden")
        expect(post(server, "/v1/accounts", body | {"invite": secret}), 403, "forbidden")
        server.stop()
        server.arguments, server.env = (), {"APUS_REGISTRATION": "open"}
        server.start()
        expect(olga.post("/v1/invites", {}), 201)
        sign_up(server, "carl", secret)
        anna = expect(post(server, "/v1/accounts", body), 201).json
        rooms = Client(server, anna["token"], "anna").sync()["rooms"]
        check([room["room"] for room in rooms] == ["general"], f"the rooms of who has signed up: {rooms}")
        expect(post(server, "/v1/accounts", body), 409, "name_taken")
        olga.do("room.archive", room="general")
        bert = expect(post(server, "/v1/accounts", body | {"name": "bert"}), 201).json
        check(Client(server, bert["token"], "bert").sync()["rooms"] == [], "an archived room gets new members")
        for name in ("a", "Anna", "apus", "x" * 33, "a b"):
            answer = post(server, "/v1/accounts", body | {"name": name})
            check(answer.status in (400, 409), f"the name {name!r}: {answer}")
    done = run("serve", "--registration", "perhaps", "--data", folder + "/other")
    check(done.returncode == 2 and "open, invite, closed" in done.stderr, f"{done}")


def test_invites_and_resets_of_the_command_line(folder):
    with Server(folder) as server:
        olga = set_up(server)
        link = succeed("invite", "--uses", "1", "--expires", "2", "--data", server.data)
        check(link.startswith("/#invite=invite_"), f"{link!r}")
        anna = sign_up(server, "anna", link.removeprefix("/#invite="))
        expect(post(server, "/v1/accounts", {"name": "b2", "password": PASSWORD, "invite": link[9:]}), 404, "no_such_link")
        check(run("invite", "--uses", "0", "--data", server.data).returncode == 2, "--uses 0")
        reset = succeed("user", "reset", "anna", "--data", server.data)
        body = {"reset": reset.removeprefix("/#reset="), "new": "another password"}
        again = expect(post(server, "/v1/password", body), 201)
        check(again.json["user"]["name"] == "anna" and not works(anna), "a reset leaves old sessions")
        server.stop()
        # The same without a server.
        offline = succeed("invite", "--data", server.data)
        server.start()
        sign_up(server, "carl", offline.removeprefix("/#invite="))
        check(works(olga), "sessions outlive a restart")


def test_governing_by_the_command_line(folder):
    with Server(folder) as server:
        set_up(server)
        anna = server.client("anna")
        for arguments, says in [
            (("ban", "olga"), "Owners"), (("role", "olga", "member"), "last owner"), (("ban", "nobody"), "nobody"),
        ]:
            done = run("user", *arguments, "--data", server.data)
            check(done.returncode == 1 and says in done.stderr, f"{arguments}: {done}")
        succeed("user", "role", "anna", "admin", "--data", server.data)
        check(anna.get("/v1/users").status == 200, "an admin may not list people")
        succeed("user", "ban", "anna", "--data", server.data)
        check(not works(anna), "a banned user's token works")
        lines = succeed("user", "list", "--data", server.data).splitlines()
        check([line.split("\t")[:2] for line in lines] == [["anna", "admin"], ["olga", "owner"]], f"{lines}")
        check(lines[0].endswith("\tbanned") and not lines[1].endswith("banned"), f"{lines}")
        succeed("user", "unban", "anna", "--data", server.data)
        check(works(anna), "a token after the ban is taken back")


def test_people(folder):
    with Server(folder) as server:
        olga = set_up(server)
        anna = server.client("anna")
        expect(anna.get("/v1/users"), 403, "forbidden")
        expect(anna.get("/v1/users/u_nobody"), 404, "no_such_user")
        check(anna.get(f"/v1/users/{olga.id}").json == {
            "id": olga.id, "name": "olga", "display_name": "olga", "role": "owner", "banned": False}, "a profile")
        for name in ("bert", "carl"):
            server.client(name)
        seen, after = [], ""
        while True:
            page = olga.get(f"/v1/users?limit=2&after={after}").json
            seen += [user["name"] for user in page["users"]]
            after = seen[-1]
            if not page["has_more"]:
                break
        check(seen == ["anna", "bert", "carl", "olga"], f"{seen}")
        expect(request(server, "GET", "/v1/users/x"), 401, "unauthorized")
