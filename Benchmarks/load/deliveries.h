#pragma once
#include "connection.h"
#include "options.h"

/// What became of all messages, over all readers.
struct tally {
    uint64_t expected, delivered, doubled, late;
};

extern struct tally tally;

/// What a workload does with each first delivery: message `number`, meant to be sent at `sent`.
extern void (*on_delivery)(struct connection *reader, uint64_t number, uint64_t sent);

/// Writes the text of a message: `~TIME~NUMBER~` and padding. No server puts a tilde into what it adds, so a reader
/// finds its messages in any framing, and needs no JSON for it.
void payload_write(char payload[PAYLOAD + 1], uint64_t sent, uint64_t number);

/// Takes every message in what a reader received.
void deliveries_take(struct connection *reader, const char *bytes, size_t count);
