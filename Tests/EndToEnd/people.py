"""Accounts as people have them: by a browser's requests, with cookies or tokens."""

import re

from apus import Client, check, request

PASSWORD = "correct horse battery"


def setup_secret(server):
    """What the line says that `serve` prints while there is no owner."""
    line = server.process.stdout.readline()
    match = re.fullmatch(rf"Set up: http://{server.host}:{server.port}/#setup=(setup_[0-9a-z]{{26}})\n", line)
    check(match, f"the set-up line is {line!r}")
    return match[1]


def post(server, path, body, headers=None):
    return request(server, "POST", path, body, headers)


def expect(answer, status, code=None):
    check(answer.status == status, f"{status} {code or ''} was expected, but {answer} came")
    if code:
        check(answer.json["code"] == code, f"{code} was expected, but {answer} came")
    return answer


def set_up(server, name="olga", password=PASSWORD):
    """The first account, as the person who opens the printed link makes it."""
    body = {"name": name, "password": password, "setup": setup_secret(server)}
    return signed_in(server, expect(post(server, "/v1/accounts", body), 201))


def sign_in(server, name, password=PASSWORD, headers=None):
    return signed_in(server, expect(post(server, "/v1/sessions", {"name": name, "password": password}, headers), 201))


def sign_up(server, name, invite, password=PASSWORD):
    body = {"name": name, "password": password, "invite": invite}
    return signed_in(server, expect(post(server, "/v1/accounts", body), 201))


def signed_in(server, answer):
    """A client with the token that came; its cookies by name, and the whole answer."""
    client = Client(server, answer.json["token"], answer.json["user"]["name"])
    client.id = answer.json["user"]["id"]
    client.cookies = dict(line.split(";")[0].split("=", 1) for line in answer.headers.get_all("Set-Cookie"))
    client.answer = answer
    return client


def delete(client, path, headers=None):
    return request(client.server, "DELETE", path, headers=headers or client.authorization)


def works(client):
    return client.get("/v1/sync").status == 200
