#pragma once
#include "connection.h"

/// A reader's WebSocket, and a publisher's; both give each text to `message`.
extern const struct transport websocket_reader, websocket_publisher;

void websocket_send(struct connection *, const char *text, size_t count);
