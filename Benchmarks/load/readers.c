#include "readers.h"

#include <stdlib.h>

#include "clock.h"
#include "deliveries.h"
#include "long_poll.h"
#include "options.h"
#include "sse.h"
#include "websocket.h"

static const struct transport *const transports[] = {&websocket_reader, &sse_reader, &long_poll_reader};

struct connection *readers_open(int count, int at_once, bool stuck) {
    struct connection *readers = calloc((size_t)count, sizeof *readers);
    if (!readers) fail("no memory for %d readers", count);
    uint64_t deadline = now_ns() + 120 * SECOND;
    int opened = 0, ready_before = connections_ready;
    while (connections_ready - ready_before < count) {
        for (; opened < count && opened - (connections_ready - ready_before) < at_once; opened++) {
            readers[opened] = (struct connection){
                .transport = transports[options.way], .role = stuck ? "stuck reader" : "reader", .number = opened,
                .room = stuck ? 0 : opened % options.rooms, .message = deliveries_take, .stuck = stuck};
            connection_open(&readers[opened]);
        }
        connections_poll(SECOND / 10);
        if (now_ns() > deadline)
            fail("only %d of %d readers were ready after two minutes", connections_ready - ready_before, count);
    }
    if (stuck)
        for (int index = 0; index < count; index++) connection_abandon(&readers[index]);
    return readers;
}

void readers_settle(void) {
    for (uint64_t end = now_ns() + SECOND * 7 / 10; now_ns() < end;) connections_poll(SECOND / 100);
}
