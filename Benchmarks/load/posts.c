#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "deliveries.h"
#include "dialect.h"
#include "histogram.h"
#include "measurement.h"
#include "options.h"
#include "publishers.h"
#include "readers.h"
#include "report.h"
#include "websocket.h"
#include "workloads.h"

#define MOST 64

static struct histogram acknowledged;
static uint64_t sent, answered, measured_answers;
static bool stopping;

/// Connection c's post k has the number k · rooms + c, so that it is message k of room c.
static void post(struct connection *connection) {
    static struct buffer frame;
    char payload[PAYLOAD + 1];
    uint64_t number = connection->posts * (uint64_t)options.rooms + (uint64_t)connection->number, now = now_ns();
    payload_write(payload, now, number);
    frame.length = 0;
    dialect_post(&frame, connection->room, number, payload);
    connection->sent_at[connection->posts++ % MOST] = now;
    websocket_send(connection, frame.bytes, frame.length);
    sent++;
    tally.expected++;
}

/// A reply names the command, whose id ends with the message's number in hexadecimal.
static void take_reply(struct connection *connection, const char *bytes, size_t count) {
    const char *end = memmem(bytes, count, "\",\"ok\":", 7);
    const char *start = end ? memrchr(bytes, '-', (size_t)(end - bytes)) : NULL;
    if (!start) {
        note_refusal(bytes, (int)count);
        return;
    }
    uint64_t number = strtoull(start + 1, NULL, 16), index = number / (uint64_t)options.rooms;
    uint64_t *at = &connection->sent_at[index % MOST];
    if ((int)(number % (uint64_t)options.rooms) != connection->number || index + MOST < connection->posts || !*at)
        connection_fail(connection, "a reply to a post that is not waiting for one", bytes, count);
    answered++;
    if (measurement.running) {
        measured_answers++;
        histogram_add(&acknowledged, received_at - *at);
    }
    *at = 0;
    if (!stopping) post(connection);
}

static void take(struct connection *connection, const char *bytes, size_t count) {
    if (count > 9 && !memcmp(bytes, "{\"reply\":", 9)) take_reply(connection, bytes, count);
    else deliveries_take(connection, bytes, count);
}

static void delivered(struct connection *reader, uint64_t number, uint64_t intended) {
    (void)reader;
    (void)number;
    (void)intended;
}

static void run_until(uint64_t end) {
    uint64_t last = answered, since = now_ns();
    for (uint64_t now; (now = now_ns()) < end;) {
        connections_poll(0);
        if (answered != last) last = answered, since = now;
        if (now > since + 10 * SECOND) fail("no post was answered for 10 seconds");
    }
}

int run_posts(void) {
    on_delivery = delivered;
    if (options.in_flight > MOST) fail("--in-flight is at most %d for posts", MOST);
    struct connection *connections = readers_open(options.readers, 64, false);
    readers_settle();
    for (int index = 0; index < options.readers; index++) {
        connections[index].message = take;
        for (int posts = 0; posts < options.in_flight; posts++) post(&connections[index]);
    }
    run_until(now_ns() + (uint64_t)(options.warm_up * SECOND));
    measurement_begin();
    run_until(now_ns() + (uint64_t)(options.seconds * SECOND));
    measurement_end();
    stopping = true;
    uint64_t deadline = now_ns() + 15 * SECOND;
    while (now_ns() < deadline && (answered + refused < sent || tally.delivered + refused < sent))
        connections_poll(SECOND / 100);
    report("posts_per_second", (double)measured_answers / measurement.seconds);
    report_latency("reply", &acknowledged);
    report("unanswered", (double)(sent - answered - refused));
    measurement_report(measured_answers);
    return report_end(refused + (sent - answered - refused));
}
