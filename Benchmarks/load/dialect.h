#pragma once
#include "connection.h"

/// What the servers want to hear: the same things said to Apus, to the plain ones and to nchan.

/// The request that opens a reader's stream, or its next poll.
void dialect_read(struct buffer *, const struct connection *reader);

/// The request that opens a publisher's WebSocket.
void dialect_open_publisher(struct buffer *);

/// What posts message `number` (unique in the run) to a room: a WebSocket text, or for nchan a whole POST.
void dialect_post(struct buffer *, int room, uint64_t number, const char payload[]);
