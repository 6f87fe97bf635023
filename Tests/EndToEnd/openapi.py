"""The server does what Protocol/openapi.yaml says, whatever is sent: requests made up by schemathesis.

The same ones each time; `APUS_SEED` makes others.
"""

import os
import subprocess

from apus import ROOT, Server, check, make_room, succeed

SCHEMATHESIS = os.path.join(ROOT, ".build-python", "bin", "schemathesis")


def explore(server, *arguments):
    return subprocess.run(
        [SCHEMATHESIS, "--config-file", os.path.join(ROOT, "Protocol", "schemathesis.toml"), "run",
         os.path.join(ROOT, "Protocol", "openapi.yaml"), "--url", f"http://{server.host}:{server.port}", "--checks", "all", "--no-color", "--seed", os.environ.get("APUS_SEED", "1"), *arguments],
        cwd=server.data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_everything_that_is_documented(folder):
    check(os.path.exists(SCHEMATHESIS), f"{SCHEMATHESIS} is not there: script/setup test installs it")
    with Server(folder, "--commands-per-second", "0", "--sign-in-tries", "0", "--registration", "open") as server:
        succeed("user", "add", "olga", "--role", "owner", "--data", server.data)
        token = succeed("token", "olga", "--data", server.data)
        make_room(server, "general", server.client("alice"))
        done = explore(server, "-H", f"Authorization: Bearer {token}", "--max-examples", "25")
        check(done.returncode == 0, done.stdout[-20000:])
