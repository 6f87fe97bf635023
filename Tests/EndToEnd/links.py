"""Links are good for what they stand for, for as long as that holds, and whoever else tries."""

import sqlite3

from apus import Server, check, run, succeed
from people import PASSWORD, expect, post, set_up, setup_secret, sign_in, sign_up, signed_in, works


def test_reset_links_end_with_the_password(folder):
    with Server(folder) as server:
        olga = set_up(server)
        anna = sign_up(server, "anna", olga.post("/v1/invites", {}).json["secret"])
        bert = sign_up(server, "bert", olga.post("/v1/invites", {}).json["secret"])

        def reset(person):
            return expect(olga.post(f"/v1/users/{person.id}/reset", {}), 201).json["secret"]

        def use(secret):
            return post(server, "/v1/password", {"reset": secret, "new": "another password"})
        first, second, others = reset(anna), reset(anna), reset(bert)
        printed = succeed("user", "reset", "anna", "--data", server.data).removeprefix("/#reset=")
        expect(use(second), 201)
        for secret in (first, printed, second):
            expect(use(secret), 404, "no_such_link")
        third = reset(anna)
        anna = sign_in(server, "anna", "another password")
        expect(anna.post("/v1/password", {"old": "another password", "new": "her very own"}), 204)
        expect(use(third), 404, "no_such_link")
        expect(use(others), 201)


def test_links_are_good_while_their_maker_may_do_it(folder):
    with Server(folder, "--sign-in-tries", "0") as server:
        olga = set_up(server)
        invite = olga.post("/v1/invites", {}).json["secret"]
        adam, anna, bert = (sign_up(server, name, invite) for name in ("adam", "anna", "bert"))

        def make(maker, path):
            return expect(maker.post(path, {}), 201).json["secret"]

        def role(person, role):
            olga.do("user.role", user=person.id, role=role)

        def join(secret, name):
            return post(server, "/v1/accounts", {"name": name, "password": PASSWORD, "invite": secret})

        def reset(secret):
            return post(server, "/v1/password", {"reset": secret, "new": "another password"})
        role(adam, "admin")
        invited, of_anna, of_bert = make(adam, "/v1/invites"), *(
            make(adam, f"/v1/users/{person.id}/reset") for person in (anna, bert))
        expect(join(invited, "guest-1"), 201)
        role(adam, "member")
        expect(join(invited, "guest-2"), 404, "no_such_link")
        expect(reset(of_bert), 404, "no_such_link")
        role(adam, "admin")
        role(anna, "admin")
        expect(reset(of_anna), 404, "no_such_link")
        check(works(anna), "a link that is not good ends sessions")
        expect(reset(of_bert), 201)
        expect(join(invited, "guest-2"), 201)
        printed = succeed("user", "reset", "olga", "--data", server.data).removeprefix("/#reset=")
        expect(reset(printed), 201)
        of_anna = make(olga := sign_in(server, "olga", "another password"), f"/v1/users/{anna.id}/reset")
        succeed("user", "role", "bert", "owner", "--data", server.data)
        succeed("user", "role", "olga", "member", "--data", server.data)
        expect(reset(of_anna), 404, "no_such_link")


def test_who_has_no_password_gets_no_reset_link(folder):
    with Server(folder) as server:
        olga = set_up(server)
        bot = olga.post("/v1/bots", {"name": "helper"}).json["user"]
        hook = olga.post("/v1/rooms/general/hooks", {"name": "CI"}).json["user"]
        server.client("carl")
        with sqlite3.connect(server.data + "/apus.sqlite") as database:
            (external,) = database.execute("SELECT id FROM user WHERE name = 'carl'").fetchone()
        expect(olga.post(f"/v1/users/{external}/reset", {}), 201)
        server.stop()
        with sqlite3.connect(server.data + "/apus.sqlite") as database:
            database.execute("UPDATE user SET issuer = 'https://app.example', subject = 'carl' WHERE name = 'carl'")
        server.start()
        for user in (bot["id"], hook, external):
            expect(olga.post(f"/v1/users/{user}/reset", {}), 403, "forbidden")
        for name, says in (("helper", "is a program"), ("carl", "another application")):
            done = run("user", "reset", name, "--data", server.data)
            check(done.returncode == 1 and says in done.stderr, f"{done}")


def test_links_work_where_tries_are_used_up(folder):
    """One try a minute, so that none comes back while the test runs."""
    with Server(folder, "--sign-in-tries", "1") as server:
        secret = setup_secret(server)
        account = {"name": "olga", "password": PASSWORD}
        expect(post(server, "/v1/accounts", account | {"setup": "setup_wrong"}), 404, "no_such_link")
        expect(post(server, "/v1/accounts", account | {"setup": "setup_wrong"}), 429, "rate_limited")
        olga = signed_in(server, expect(post(server, "/v1/accounts", account | {"setup": secret}), 201))
        stranger = {"name": "nobody", "password": "not it at all"}
        expect(post(server, "/v1/sessions", stranger), 429, "rate_limited")
        invite = olga.post("/v1/invites", {"uses": 1}).json["secret"]
        person = sign_up(server, "anna", invite)
        reset = olga.post(f"/v1/users/{person.id}/reset", {}).json["secret"]
        expect(post(server, "/v1/password", {"reset": reset, "new": "her new password"}), 201)
        # Both are used up, so they are wrong ones now.
        expect(post(server, "/v1/accounts", account | {"name": "eve", "invite": invite}), 429, "rate_limited")
        expect(post(server, "/v1/password", {"reset": reset, "new": "her new password"}), 429, "rate_limited")
        server.stop()
        server.arguments = (*server.arguments, "--registration", "open")
        server.start()
        expect(post(server, "/v1/accounts", account | {"name": "bert"}), 201)
        expect(post(server, "/v1/accounts", account | {"name": "carl"}), 429, "rate_limited")
        sign_up(server, "carl", olga.post("/v1/invites", {}).json["secret"])
