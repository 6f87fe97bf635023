"""The chat page comes out of the binary: whole, small, kept as long as it may be, and unable to call anybody else."""

import gzip
import os
import re

from apus import ROOT, Server, check, request


def page(server, **headers):
    return server.get("/", {name.replace("_", "-"): value for name, value in headers.items()})


# One module with all that it imports: what is in it is checked by WebFileTests.
SDK = "Clients/browser/src/apus.js"


def code(source, path):
    """A module loses the lines that are only comments, and the empty ones."""
    if not path.endswith(".js"):
        return source
    bare = re.sub(rb"^ *(/\*\*((?!\*/)[^\0])*\*/|//[^\n]*)\n", b"", source, flags=re.M)
    return b"\n".join(line for line in bare.split(b"\n") if line.strip())


def addresses(text):
    return re.findall(r'(?:src|href)="([^"]+)"', text)


def test_the_page_and_its_files(folder):
    with Server(folder) as server:
        answer = page(server)
        check(answer.status == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8", answer)
        text = answer.body.decode()
        check("{assets}" not in text and "{modules}" not in text, text)
        found = addresses(text)
        modules = {os.path.join(at, name) for at, _, names in os.walk(os.path.join(ROOT, "Web"))
                   for name in names if name.endswith(".js")} | {os.path.join(ROOT, SDK)}
        version = re.search(r"/assets/(\w+)/", text)[1]
        wanted = {f"/assets/{version}/{os.path.relpath(module, ROOT)}" for module in modules}
        check(wanted <= set(found), f"modules that are not named in the page: {wanted - set(found)}")
        for address in found:
            asset = server.get(address)
            check(asset.status == 200, f"{address}: {asset}")
            path = address.split("/", 3)[3]
            if path != SDK:
                with open(os.path.join(ROOT, path), "rb") as file:
                    check(asset.body == code(file.read(), path), f"{address} is not what the repository has")
            check(asset.headers["Cache-Control"] == "public, max-age=31536000, immutable", asset.headers)
            check(asset.headers["X-Content-Type-Options"] == "nosniff", asset.headers)
            kind = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
                    "webmanifest": "application/manifest+json"}[address.rsplit(".", 1)[1]]
            check(asset.headers["Content-Type"] == kind, f"{address}: {asset.headers['Content-Type']}")
        for address in [f"/assets/{version}/Web/no.js", "/assets/0/Web/main.js", f"/assets/{version}/",
                        f"/assets/{version}/Web/../Web/main.js", f"/assets/{version}"]:
            missing = server.get(address)
            check(missing.status == 404 and missing.json["code"] == "not_found", f"{address}: {missing}")
        wrong = request(server, "POST", found[0], {})
        check(wrong.status == 405 and wrong.headers["Allow"] == "GET, HEAD", f"{wrong} {wrong.headers}")


def test_rooms_and_messages_have_addresses(folder):
    with Server(folder) as server:
        for path in ("/r/general", "/r/general/57"):
            check(server.get(path).body == page(server).body, f"{path} is the page")
        check(server.get("/r/general/57/1").status == 404, "nothing is below a message")


def test_compression(folder):
    with Server(folder) as server:
        for path in ["/", next(address for address in addresses(page(server).body.decode()) if "connection.js" in address)]:
            plain, small = server.get(path), server.get(path, {"Accept-Encoding": "br, gzip"})
            check("Content-Encoding" not in plain.headers, f"{path}: {plain.headers}")
            check(small.headers["Content-Encoding"] == "gzip", f"{path}: {small.headers}")
            check(gzip.decompress(small.body) == plain.body and len(small.body) < len(plain.body), f"{path}, unpacked")
            check(plain.headers["Vary"] == small.headers["Vary"] == "Accept-Encoding", f"{path}: {plain.headers}")
            head = request(server, "HEAD", path, headers={"Accept-Encoding": "gzip"})
            check(head.status == 200 and not head.body, f"HEAD {path}: {head}")
            check(head.headers["Content-Length"] == str(len(small.body)), f"HEAD {path}: {head.headers}")


def test_the_page_is_kept_while_it_is_the_same(folder):
    with Server(folder) as server:
        first = page(server)
        check(first.headers["Cache-Control"] == "no-cache", first.headers)
        again = page(server, If_None_Match=first.headers["ETag"])
        check(again.status == 304 and not again.body and again.headers["ETag"] == first.headers["ETag"], again)
        check(page(server, If_None_Match='W/"another"').status == 200, "another version is sent")


def test_it_may_load_and_call_nothing_else(folder):
    with Server(folder) as server:
        headers = page(server).headers
        rules = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
        check(rules == {
            "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data: blob:",
            "connect-src": "'self'", "manifest-src": "'self'", "base-uri": "'none'", "form-action": "'none'",
            "frame-ancestors": "'none'"}, rules)
        check(headers["X-Content-Type-Options"] == "nosniff", headers)
        check(headers["Referrer-Policy"] == "no-referrer", headers)
