#include "publishers.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "deliveries.h"
#include "dialect.h"
#include "http.h"
#include "options.h"
#include "websocket.h"

#define MOST 8

unsigned long refused;
static struct connection publishers[MOST];
static int count;

void note_refusal(const char *answer, int length) {
    if (!refused++) fprintf(stderr, "load: a post was refused: %.*s\n", length, answer);
}

static void take_answer(struct connection *publisher, const char *bytes, size_t length) {
    (void)publisher;
    if (memmem(bytes, length, "\"error\":", 8)) note_refusal(bytes, (int)length);
}

static size_t received(struct connection *publisher, char *bytes, size_t length) {
    struct http_head head;
    return http_take_response(publisher, &head, bytes, length);
}

/// One POST after the other; `waiting` until the answer to the last has come.
static const struct transport http_publisher = {"HTTP", connection_ready, received};

void publishers_open(void) {
    bool http = options.server == NCHAN;
    int ready_before = connections_ready;
    for (count = 0; count < (http ? MOST : 1); count++) {
        publishers[count] = (struct connection){
            .transport = http ? &http_publisher : &websocket_publisher, .role = "publisher", .number = count,
            .message = take_answer};
        connection_open(&publishers[count]);
    }
    uint64_t deadline = now_ns() + 10 * SECOND;
    while (connections_ready - ready_before < count) {
        connections_poll(SECOND / 100);
        if (now_ns() > deadline) fail("the publisher was not ready after 10 seconds");
    }
    // Only what is sent by HTTP waits for its answer.
    for (int index = 0; index < count; index++) publishers[index].waiting = false;
}

static struct connection *next_free(void) {
    static int last;
    for (int step = 1; step <= count; step++) {
        struct connection *publisher = &publishers[(last + step) % count];
        if (publisher->waiting) continue;
        last = (last + step) % count;
        return publisher;
    }
    return NULL;
}

bool publisher_free(void) {
    for (int index = 0; index < count; index++)
        if (!publishers[index].waiting) return true;
    return false;
}

void publish(int room, uint64_t number, uint64_t intended) {
    static struct buffer post;
    char payload[PAYLOAD + 1];
    struct connection *publisher = next_free();
    payload_write(payload, intended, number);
    post.length = 0;
    dialect_post(&post, room, number, payload);
    if (options.server == NCHAN) {
        publisher->waiting = true;
        connection_send(publisher, post.bytes, post.length);
    } else {
        websocket_send(publisher, post.bytes, post.length);
    }
}
