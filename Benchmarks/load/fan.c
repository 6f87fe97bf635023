#include "clock.h"
#include "connection.h"
#include "deliveries.h"
#include "histogram.h"
#include "measurement.h"
#include "options.h"
#include "publishers.h"
#include "readers.h"
#include "report.h"
#include "workloads.h"

/// More than are ever in flight.
#define RING 65536

static struct { uint32_t expected, delivered; } messages[RING];
static uint64_t published, completed, measured_deliveries, measured_messages, last_delivery;
static struct histogram each, last_of_all;

static void delivered(struct connection *reader, uint64_t number, uint64_t sent) {
    (void)reader;
    last_delivery = received_at;
    bool is_last = ++messages[number % RING].delivered == messages[number % RING].expected;
    if (is_last) completed++;
    if (!measurement.running) return;
    measured_deliveries++;
    histogram_add(&each, received_at - sent);
    if (is_last) histogram_add(&last_of_all, received_at - sent);
}

static void publish_next(uint64_t intended) {
    int room = (int)(published % (uint64_t)options.rooms);
    uint32_t readers = (uint32_t)((options.readers - 1 - room) / options.rooms + 1);
    messages[published % RING].delivered = 0;
    messages[published % RING].expected = readers;
    tally.expected += readers;
    publish(room, published, intended);
    published++;
    if (measurement.running) measured_messages++;
}

static void keep_in_flight(void) {
    while (published - completed < (uint64_t)options.in_flight && publisher_free()) publish_next(now_ns());
}

/// Each message has its moment, and is late from there on, however late it was let go: a server that holds up its
/// publisher must not look the better for it.
static void keep_rate(uint64_t now) {
    static uint64_t next;
    if (!next) next = now;
    while (next <= now && published - completed < RING / 2 && publisher_free()) {
        publish_next(next);
        next += (uint64_t)(SECOND / options.rate);
    }
}

static void run_until(uint64_t end, bool at_rate) {
    for (uint64_t now; (now = now_ns()) < end;) {
        if (at_rate) keep_rate(now);
        else keep_in_flight();
        if (measurement.running) measurement_tick(now);
        connections_poll(0);
        if (published > completed && now > last_delivery + 10 * SECOND)
            fail("nothing was delivered for 10 seconds, though %d messages were out", (int)(published - completed));
    }
}

static void drain(void) {
    uint64_t begin = now_ns();
    while (tally.delivered < tally.expected && now_ns() < begin + 15 * SECOND) {
        connections_poll(SECOND / 100);
        if (now_ns() > last_delivery + 3 * SECOND && now_ns() > begin + 3 * SECOND) break;
    }
}

int run_fan(void) {
    on_delivery = delivered;
    readers_open(options.readers, 64, false);
    if (options.stuck) readers_open(options.stuck, 64, true);
    readers_settle();
    publishers_open();
    last_delivery = now_ns();
    // With both, the warm-up goes at full speed, so that readers that hang are full when measuring begins.
    run_until(now_ns() + (uint64_t)(options.warm_up * SECOND), options.rate > 0 && options.in_flight == 1);
    measurement_begin();
    run_until(now_ns() + (uint64_t)(options.seconds * SECOND), options.rate > 0);
    measurement_end();
    drain();
    report("deliveries_per_second", (double)measured_deliveries / measurement.seconds);
    report("messages_per_second", (double)measured_messages / measurement.seconds);
    report_latency("delivery", &each);
    report_latency("last_reader", &last_of_all);
    report("resident_mib", (double)measurement.resident_kib[measurement.samples - 1] / 1024);
    report("grown_mib", (double)(measurement.resident_kib[measurement.samples - 1]
        - measurement.resident_kib[measurement.samples / 2]) / 1024);
    measurement_report(measured_deliveries);
    return report_end(refused);
}
