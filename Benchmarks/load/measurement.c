#include "measurement.h"

#include "clock.h"
#include "connection.h"
#include "options.h"
#include "report.h"

struct measurement measurement;

static struct moment {
    uint64_t time, bytes;
    double server, own, machine;
} beginning;
static uint64_t next_sample;

static struct moment moment_now(void) {
    return (struct moment){
        now_ns(), bytes_received, process_usage(options.pid).cpu_seconds, own_cpu_seconds(), machine_cpu_seconds()};
}

void measurement_begin(void) {
    beginning = moment_now();
    next_sample = beginning.time;
    measurement.running = true;
}

void measurement_tick(uint64_t now) {
    if (now < next_sample || measurement.samples == SAMPLES) return;
    measurement.resident_kib[measurement.samples++] = process_usage(options.pid).resident_kib;
    next_sample += SECOND;
}

void measurement_end(void) {
    struct moment end = moment_now();
    measurement.running = false;
    measurement.seconds = (double)(end.time - beginning.time) / SECOND;
    measurement.bytes = end.bytes - beginning.bytes;
    measurement.server_cpu = end.server - beginning.server;
    measurement.own_cpu = end.own - beginning.own;
    measurement.other_cpu = end.machine - beginning.machine - measurement.server_cpu - measurement.own_cpu;
}

void measurement_report(uint64_t done) {
    report("seconds", measurement.seconds);
    report("server_cpu_percent", 100 * measurement.server_cpu / measurement.seconds);
    report("load_cpu_percent", 100 * measurement.own_cpu / measurement.seconds);
    report("other_cpu_percent", 100 * measurement.other_cpu / measurement.seconds);
    if (!done) return;
    report("cpu_s_per_million", measurement.server_cpu / (double)done * 1e6);
    report("bytes_each", (double)measurement.bytes / (double)done);
}
