"""What pages in browsers may do: cookies, Origin, CORS."""

from apus import Server, check, request, run, succeed
from people import PASSWORD, delete, expect, post, set_up, sign_in

ABROAD = "https://chat.example"


def own(server):
    return f"http://{server.host}:{server.port}"


def test_cookies(folder):
    with Server(folder) as server:
        set_up(server)
        plain = sign_in(server, "olga", headers={"Origin": own(server)})
        for line in plain.answer.headers.get_all("Set-Cookie"):
            check("HttpOnly" in line and "SameSite=Lax" in line and "Secure" not in line, line)
        host = {"Host": "chat.test", "Origin": "https://chat.test"}
        secure = sign_in(server, "olga", headers=host)
        check(all("; Secure" in line for line in secure.answer.headers.get_all("Set-Cookie")), "a cookie by TLS")
        check(secure.cookies["apus_session"] == secure.token, "cookie and token are the same")

        cookie = {"Cookie": f"apus_session={plain.token}"}
        check(server.get("/v1/sync", cookie).status == 200, "reading by cookie")
        command = {"op": "message.post", "room": "general", "text": "hello"}
        for path, body in [("/v1/commands", command), ("/v1/tickets", {}), ("/v1/invites", {})]:
            for origin, is_taken in [(None, False), ("https://evil.test", False), ("null", False), (own(server), True)]:
                headers = cookie | ({"Origin": origin} if origin else {})
                answer = post(server, path, body, headers)
                if is_taken:
                    check(answer.status in (200, 201), f"{path} from {origin}: {answer}")
                else:
                    expect(answer, 403, "forbidden")
        check(delete(plain, "/v1/sessions/current", cookie).status == 403, "signing out by cookie without Origin")
        check(delete(plain, "/v1/sessions/current", cookie | {"Origin": own(server)}).status == 204, "signing out")
        check(server.get("/v1/sync", cookie).status == 401, "a cookie after signing out")


def test_signing_in_from_another_site(folder):
    with Server(folder) as server:
        set_up(server)
        account = {"name": "olga", "password": PASSWORD}
        for path in ("/v1/sessions", "/v1/accounts", "/v1/password"):
            expect(post(server, path, account | {"new": "x" * 9, "reset": "x"}, {"Origin": "https://evil.test"}), 403, "forbidden")
        answer = request(server, "POST", "/v1/sessions", '{"name":"olga","password":"x"}', {"Content-Type": "text/plain"})
        expect(answer, 415, "unsupported_media_type")
        expect(post(server, "/v1/sessions", [1]), 400, "bad_json")
        expect(post(server, "/v1/sessions", {"name": 1, "password": "x"}), 400, "invalid_field")


def test_pages_on_other_servers(folder):
    with Server(folder, "--allowed-origins", f"{ABROAD}, http://localhost:3000") as server:
        set_up(server)
        headers = {"Origin": ABROAD}
        answer = post(server, "/v1/sessions", {"name": "olga", "password": PASSWORD}, headers)
        check(answer.status == 201 and answer.headers["Access-Control-Allow-Origin"] == ABROAD, f"{answer.headers}")
        cookie = {"Cookie": f"apus_session={answer.json['token']}"}
        refused = post(server, "/v1/sessions", {"name": "olga", "password": "wrong password"}, headers)
        check(refused.status == 401 and refused.headers["Access-Control-Allow-Credentials"] == "true", f"{refused.headers}")
        check("Retry-After" in refused.headers["Access-Control-Expose-Headers"], f"{refused.headers}")
        for path in ("/v1/stream", "/v1/commands", "/v1/sync", "/v1/sessions/current"):
            asks = {"Origin": ABROAD, "Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "authorization"}
            said = request(server, "OPTIONS", path, headers=asks)
            check(said.status == 204 and said.headers["Access-Control-Allow-Origin"] == ABROAD, f"{path}: {said} {said.headers}")
            check("DELETE" in said.headers["Access-Control-Allow-Methods"], f"{path}: {said.headers}")
            check("Authorization" in said.headers["Access-Control-Allow-Headers"], f"{path}: {said.headers}")
            check(said.headers["Access-Control-Max-Age"] == "7200", f"{path}: {said.headers}")
            said = request(server, "OPTIONS", path, headers=asks | {"Origin": "https://evil.test"})
            check(said.status >= 400 and "Access-Control-Allow-Origin" not in said.headers, f"{path}: {said}")
        for path in ("/v1/stream", "/v1/sync"):
            check(server.get(path, cookie | headers).headers["Access-Control-Allow-Origin"] == ABROAD, path)
            check("Access-Control-Allow-Origin" not in server.get(path, cookie).headers, path)
        expect(post(server, "/v1/tickets", {}, cookie | headers), 201)


def test_wrong_origins(folder):
    data = folder + "/data"
    for value in ("chat.example", "*", "https://chat.example/path"):
        done = run("serve", "--allowed-origins", value, "--data", data)
        check(done.returncode == 2 and value in done.stderr, f"{value}: {done}")
    succeed("user", "add", "alice", "--data", data)
