#pragma once
#include <stdint.h>

/// Counts of durations in buckets of at most 1.6 % width: 64 to each power of two.
struct histogram {
    uint64_t buckets[64 * 64], count, maximum;
};

void histogram_add(struct histogram *, uint64_t nanoseconds);

/// The duration that this share of all (0 … 1) does not exceed, in milliseconds; 0 if there are none.
double histogram_quantile(const struct histogram *, double share);
