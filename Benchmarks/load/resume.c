#include "clock.h"
#include "deliveries.h"
#include "histogram.h"
#include "measurement.h"
#include "options.h"
#include "readers.h"
#include "report.h"
#include "workloads.h"

static int caught_up;
static uint64_t begin, last_at;
static struct histogram times;

static void delivered(struct connection *reader, uint64_t number, uint64_t sent) {
    (void)number;
    (void)sent;
    last_at = received_at;
    if (++reader->events < options.behind) return;
    caught_up++;
    histogram_add(&times, received_at - begin);
}

int run_resume(void) {
    on_delivery = delivered;
    tally.expected = (uint64_t)options.readers * (uint64_t)options.behind;
    measurement_begin();
    begin = last_at = now_ns();
    // As many at a time as a listening socket holds without turning any away.
    readers_open(options.readers, 1000, false);
    double connected = (double)(now_ns() - begin) / SECOND;
    while (caught_up < options.readers) {
        connections_poll(0);
        if (now_ns() > last_at + 10 * SECOND) break;
    }
    uint64_t end = last_at;
    measurement_end();
    // What would come twice comes now.
    readers_settle();
    report("connect_seconds", connected);
    report("catch_up_seconds", (double)(end - begin) / SECOND);
    report("caught_up", caught_up);
    report_latency("catch_up", &times);
    measurement_report(tally.delivered);
    return report_end(0);
}
