"""What an operator gets wrong is answered with one sentence on stderr and an exit code that means something."""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile

from apus import BINARY, Server, Skip, check, environment, run, succeed

COULD_NOT, WRONG_COMMAND = 1, 2


def refused(*arguments, code, says, **options):
    """Runs a command that must fail so."""
    done = run(*arguments, **options, seconds=20)
    what = f"apus {' '.join(arguments)}: exit code {done.returncode}, stderr {done.stderr!r}, stdout {done.stdout!r}"
    check(done.returncode == code, f"{what}; expected {code}")
    check(done.stdout == "", f"{what}; stdout should be empty")
    lines = done.stderr.splitlines()
    check(lines and lines[0].startswith("apus: "), f"{what}; the sentence should begin with apus:")
    if code == COULD_NOT:
        check(len(lines) == 1, f"{what}; expected one line")
        check(lines[0].endswith((".", "?", "!", "'", "\"")), f"{what}; expected a whole sentence")
        check(not re.search(r"Error Domain|NSError|\w+Error\(|Fatal|Swift\.|Optional\(|rawValue", lines[0]), f"{what}; that is for programmers")
    check(len(lines) <= 8 and "Fatal" not in done.stderr and "crashed" not in done.stderr, f"{what}; a crash's trace")
    for word in [says] if isinstance(says, str) else says:
        check(word in done.stderr, f"{what}; it should speak of {word!r}")


def serve(data, *arguments, **options):
    return ("serve", "--data", data, "--port", "0", *arguments)


def test_port_taken(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused("serve", "--data", folder + "/data", "--port", port, code=COULD_NOT, says=[port, "--port"])
    # The folder is free again afterwards.
    succeed("user", "add", "alice", "--data", folder + "/data")


def test_no_such_host(folder):
    for host in ("no-such-host.invalid", "192.0.2.1"):
        refused(*serve(folder + "/data", "--host", host), code=COULD_NOT, says=host)


def test_data_is_a_file(folder):
    path = os.path.join(folder, "file")
    open(path, "w").close()
    for data in (path, path + "/below"):
        refused(*serve(data), code=COULD_NOT, says=data)
        refused("user", "add", "alice", "--data", data, code=COULD_NOT, says=data)


def test_data_not_writable(folder):
    """Root may write everywhere: the server runs as nobody."""
    if not shutil.which("setpriv") or os.getuid() != 0:
        raise Skip("only root with setpriv can become nobody")
    with tempfile.TemporaryDirectory(prefix="apus-open-") as place:
        os.chmod(place, 0o755)
        binary = shutil.copy(BINARY, place + "/apus")
        os.mkdir(place + "/data", 0o755)
        for data in (place + "/data", place + "/new"):
            done = subprocess.run(
                ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary, *serve(data)],
                env=environment(), cwd="/", capture_output=True, text=True, timeout=20)
            check(done.returncode == COULD_NOT and len(done.stderr.splitlines()) == 1, f"{data}: {done}")
            check(data in done.stderr and "Permission denied" in done.stderr, f"{data}: {done}")


def test_database_of_a_newer_version(folder):
    data = folder + "/data"
    succeed("user", "add", "alice", "--data", data)
    with sqlite3.connect(data + "/apus.sqlite") as database:
        database.execute("INSERT INTO grdb_migrations VALUES ('999')")
    database.close()
    refused(*serve(data), code=COULD_NOT, says=["newer version", data])
    refused("token", "alice", "--data", data, code=COULD_NOT, says="newer version")


def test_database_that_is_none(folder):
    data = folder + "/data"
    os.mkdir(data)
    with open(data + "/apus.sqlite", "w") as file:
        file.write("this is not a database at all\n" * 200)
    refused(*serve(data), code=COULD_NOT, says="apus.sqlite")
    refused("user", "add", "alice", "--data", data, code=COULD_NOT, says="apus.sqlite")


def test_second_server(folder):
    with Server(folder) as server:
        refused(*serve(server.data), code=COULD_NOT, says=[server.data, "--data"])
        check(server.get("/healthz").status == 200, "the first server suffers")


def test_path_too_long_for_a_socket(folder):
    refused(*serve(os.path.join(folder, "x" * 120)), code=COULD_NOT, says="too long")


def test_wrong_commands(folder):
    data = folder + "/data"
    for arguments, word in [
        (("serve", "--nonsense"), "--nonsense"), (("serve", "--port", "many"), "many"),
        (("serve", "--port", "70000", "--data", data), "65535"), (("serve", "--port", "-1", "--data", data), "--port"),
        (("serve", "extra"), "extra"), (("nonsense",), "nonsense"), (("user", "add"), "name"), (("user", "nonsense"), "nonsense"),
        (("user", "add", "bob", "--role", "king", "--data", data), "owner, admin, member or bot"),
    ]:
        refused(*arguments, code=WRONG_COMMAND, says=word)
    check(not os.path.exists(data), "a wrong command made the data folder")


def test_wrong_values(folder):
    data = folder + "/data"
    for name, value, word in [
        ("APUS_PORT", "many", "APUS_PORT"), ("APUS_PORT", "70000", "APUS_PORT"), ("APUS_LOG_LEVEL", "loud", "loud"),
        ("APUS_COMMANDS_PER_SECOND", "-3", "APUS_COMMANDS_PER_SECOND"),
    ]:
        refused("serve", "--data", data, code=COULD_NOT, says=word, env={name: value})
    settings = os.path.join(folder, "settings.json")
    for text, word in [
        ("{", settings), ('{"port": "many"}', "port"), ('{"port": 70000}', "port"), ("[]", settings),
        ('{"max-text": 1.5}', "max-text"),
    ]:
        with open(settings, "w") as file:
            file.write(text)
        refused("serve", "--data", data, "--config", settings, code=COULD_NOT, says=word)
    refused("serve", "--data", data, "--config", folder + "/none.json", code=COULD_NOT, says="none.json")


def test_mistyped_data_folder(folder):
    data = folder + "/mistyped"
    for arguments in (
        ("token", "alice"), ("room", "create", "general"), ("invite",), ("user", "list"), ("user", "ban", "eve"), ("user", "unban", "eve"),
        ("user", "role", "eve", "admin"), ("user", "reset", "eve"),
    ):
        refused(*arguments, "--data", data, code=COULD_NOT, says=[data, "--data"])
        check(not os.path.exists(data), f"apus {' '.join(arguments)} made the folder")
    done = run("user", "add", "alice", "--data", data)
    check(done.returncode == 0 and done.stderr.startswith(f"apus: Made {data}, "), f"{done}")
    done = run("user", "add", "bob", "--data", data)
    check(done.returncode == 0 and done.stderr == "", f"{done}")


def test_accounts(folder):
    data = folder + "/data"
    refused("user", "add", "alice", "--password", "short", "--data", data, code=COULD_NOT, says="8 characters")
    succeed("user", "add", "alice", "--password", "correct horse", "--data", data)
    refused("token", "nobody-here", "--data", data, code=COULD_NOT, says=["nobody-here", "apus user add"])
    succeed("room", "create", "general", "--data", data)
    refused("token", "apus", "--data", data, code=COULD_NOT, says="the server itself")
    refused("user", "add", "alice", "--data", data, code=COULD_NOT, says="alice")


def test_unknown_token(folder):
    with Server(folder) as server:
        answer = server.get("/v1/sync", headers={"Authorization": "Bearer apus_nonsense"})
        check(answer.status == 401 and answer.json["code"] == "unauthorized", f"{answer}")
        check(answer.headers["WWW-Authenticate"] == "Bearer" and "apus token" in answer.json["detail"], f"{answer}")


def test_help_and_version(folder):
    for command in (["serve"], ["user", "add"], ["token"], ["room", "create"]):
        done = run(*command, "--help")
        check(done.returncode == 0 and done.stderr == "", f"{command} --help: {done}")
        check("Example: apus" in done.stdout or "Example: curl" in done.stdout, f"apus {' '.join(command)} --help has no example")
    for command in ([], ["user"], ["room"]):
        check(run(*command).returncode == 0, f"apus {' '.join(command)} alone should show its help")
    version = succeed("--version")
    check(re.fullmatch(r"apus \d+\.\d+\.\d+ \(commit \w+\)", version), f"--version says {version!r}")
    check(json.loads(succeed("user", "add", "alice", "--json", "--data", folder + "/data"))["name"] == "alice", "--json")
