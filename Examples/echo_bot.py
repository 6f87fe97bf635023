#!/usr/bin/env python3
"""A bot in forty lines: answers each message that begins with "!echo ". Needs nothing but Python.

    apus user add echo --role bot && apus token echo > token
    python3 echo_bot.py http://127.0.0.1:8080 token cursor general

It reads the log by long polling and keeps its place in a file. Kill it whenever you like: it goes on where it was,
and answers nothing twice, since the answer to message 57 has the same id however often it is sent.
"""
import json
import os
import sys
import time
import urllib.error
import urllib.request

server, token_file, cursor_file, *rooms = sys.argv[1:]
token = open(token_file).read().strip()


def ask(path, body):
    request = urllib.request.Request(server + path, json.dumps(body).encode(), {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    while True:
        try:
            return json.load(urllib.request.urlopen(request, timeout=60))
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            if not problem["retryable"]:
                sys.exit(f"{path}: {problem['detail']}")
        except OSError as error:
            print(f"the network: {error}", file=sys.stderr)
        time.sleep(1)


def command(op, **fields):
    return ask("/v1/commands", {"op": op, **fields})


cursor = open(cursor_file).read() if os.path.exists(cursor_file) else ask("/v1/stream", {})["cursor"]
for room in rooms:
    command("room.join", room=room)
while True:
    answer = ask("/v1/stream", {"cursor": cursor, "wait": 25, "client": "echo-bot"})
    for event in answer.get("events", []):
        text = event["data"].get("text", "")
        if event["type"] == "message.created" and text.startswith("!echo "):
            command("message.post", id=f"echo-{event['seq']}", room=event["room"], text=text[6:])
    cursor = answer["cursor"]
    with open(cursor_file + ".new", "w") as file:
        file.write(cursor)
    os.replace(cursor_file + ".new", cursor_file)
