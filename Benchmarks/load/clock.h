#pragma once
#include <stdint.h>
#include <time.h>

#define SECOND 1000000000ULL

/// Nanoseconds of the monotonic clock.
static inline uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}
