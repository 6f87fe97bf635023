#pragma once
#include <stdbool.h>
#include <stdint.h>

/// Those who post: one WebSocket, or for nchan eight HTTP connections with one request each at a time.
void publishers_open(void);

/// Whether one of them may send.
bool publisher_free(void);

/// Posts a message, meant to be sent at `intended`; latency counts from there.
void publish(int room, uint64_t number, uint64_t intended);

/// Posts that a server refused.
extern unsigned long refused;

/// Counts an answer of Apus that is an error, and shows the first.
void note_refusal(const char *answer, int count);
