#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "sequence.h"

struct connection;

/// How a connection speaks.
struct transport {
    const char *name;
    /// TCP is there: time for the first request.
    void (*connected)(struct connection *);
    /// Takes whole units from the front of what has come, and returns how many bytes it took. The rest comes again
    /// with what follows.
    size_t (*received)(struct connection *, char *bytes, size_t count);
};

struct connection {
    const struct transport *transport;
    const char *role;
    /// What one message of the transport – a WebSocket text, lines of SSE, a poll's body – means to this role.
    void (*message)(struct connection *, const char *bytes, size_t count);
    int descriptor, number, room;
    enum { CONNECTING, OPENING, READY } state;
    bool stuck, watches_output;
    struct buffer unread, unsent, line;
    size_t sent;
    /// A request whose response has not come.
    bool waiting;
    /// The head of the response that opened the stream has come; and whether its body comes in chunks.
    bool head_done, chunked;
    /// Where a long poll goes on: Apus's cursor, or nchan's pair of validators.
    char cursor[64], modified[64];
    struct sequence sequence;
    int events;
    /// Posts that are not answered, by their number.
    uint64_t posts, sent_at[64];
};

/// When the bytes that are being taken came, and how many have come in all.
extern uint64_t received_at, bytes_received;

/// How many connections are ready.
extern int connections_ready;

void connection_open(struct connection *);
void connection_ready(struct connection *);
void connection_send(struct connection *, const char *bytes, size_t count);

/// Never reads again from this one, as a client that hangs.
void connection_abandon(struct connection *);

/// Ends the tool: every connection is meant to live to the end.
_Noreturn void connection_fail(struct connection *, const char *why, const char *bytes, size_t count);

/// Takes what has come, waiting up to so many nanoseconds for it.
void connections_poll(uint64_t wait);
