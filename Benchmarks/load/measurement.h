#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "process.h"

#define SAMPLES 1024

/// What happens between the end of the warm-up and the end of the run.
struct measurement {
    bool running;
    double seconds, server_cpu, own_cpu, other_cpu;
    uint64_t bytes;
    /// The server's memory, once a second.
    long resident_kib[SAMPLES];
    int samples;
};

extern struct measurement measurement;

void measurement_begin(void);

/// Reads the server's memory if a second has passed.
void measurement_tick(uint64_t now);
void measurement_end(void);

/// Prints what is the same for all workloads, and the server's CPU seconds for each million of what it did.
void measurement_report(uint64_t done);
