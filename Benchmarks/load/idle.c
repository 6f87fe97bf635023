#include "clock.h"
#include "connection.h"
#include "deliveries.h"
#include "measurement.h"
#include "options.h"
#include "readers.h"
#include "report.h"
#include "workloads.h"

static void unexpected(struct connection *reader, uint64_t number, uint64_t sent) {
    (void)number;
    (void)sent;
    connection_fail(reader, "a message came, but nobody posts here", NULL, 0);
}

int run_idle(void) {
    on_delivery = unexpected;
    long before = process_usage(options.pid).resident_kib;
    uint64_t begin = now_ns();
    readers_open(options.readers, 64, false);
    report("connect_seconds", (double)(now_ns() - begin) / SECOND);
    readers_settle();
    long after = process_usage(options.pid).resident_kib;
    measurement_begin();
    uint64_t end = now_ns() + (uint64_t)(options.seconds * SECOND);
    while (now_ns() < end) connections_poll(SECOND / 100);
    measurement_end();
    report("kib_each", (double)(after - before) / options.readers);
    report("resident_mib", (double)after / 1024);
    measurement_report(0);
    return report_end(0);
}
