#!/usr/bin/env python3
"""A bot in forty lines: answers each message that begins with "!echo ". Needs nothing but Python.

    apus user add echo --role bot && apus token echo > token
    python3 echo_bot.py http://127.0.0.1:8080 token cursor general

Its place in the log is in a file, so kill it whenever you like. It answers nothing twice, for the id of an answer says
what it answers, and one id happens once.
"""
import http.client, json, os, sys, time, urllib.error, urllib.request

server, token_file, cursor_file, *rooms = sys.argv[1:]
headers = {"Authorization": "Bearer " + open(token_file).read().strip(), "Content-Type": "application/json"}


def ask(path, **body):
    request = urllib.request.Request(server + path, json.dumps(body).encode(), headers)
    while True:
        try:
            try:
                return json.load(urllib.request.urlopen(request, timeout=60))
            except urllib.error.HTTPError as error:
                if not (problem := json.load(error))["retryable"]:
                    return print(f"{path}: {problem['detail']}", file=sys.stderr)
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            print(f"the network: {error}", file=sys.stderr)
        time.sleep(1)


cursor = open(cursor_file).read() if os.path.exists(cursor_file) else ask("/v1/stream")["cursor"]
for room in rooms:
    ask("/v1/commands", op="room.join", room=room)
while batch := ask("/v1/stream", cursor=cursor, wait=25, client="echo-bot") or sys.exit(1):
    for event in batch.get("events", []):
        if event["type"] == "message.created" and (text := event["data"].get("text", "")).startswith("!echo "):
            ask("/v1/commands", op="message.post", id=f"echo-{event['seq']}", room=event["room"], text=text[6:])
    cursor = batch["cursor"]
    with open(cursor_file + ".new", "w") as file:
        file.write(cursor)
    os.replace(cursor_file + ".new", cursor_file)
