#include "histogram.h"

static int bucket_of(uint64_t value) {
    if (value < 64) return (int)value;
    int exponent = 63 - __builtin_clzll(value);
    return (exponent - 5) * 64 + (int)((value >> (exponent - 6)) & 63);
}

static uint64_t upper_end(int bucket) {
    if (bucket < 64) return (uint64_t)bucket;
    int exponent = bucket / 64 + 5;
    return (1ULL << exponent) + (((uint64_t)(bucket & 63) + 1) << (exponent - 6)) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t nanoseconds) {
    histogram->buckets[bucket_of(nanoseconds)]++;
    histogram->count++;
    if (nanoseconds > histogram->maximum) histogram->maximum = nanoseconds;
}

double histogram_quantile(const struct histogram *histogram, double share) {
    uint64_t wanted = (uint64_t)(share * (double)histogram->count), seen = 0;
    for (int bucket = 0; bucket < 64 * 64; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen <= wanted) continue;
        uint64_t value = upper_end(bucket);
        return (double)(value < histogram->maximum ? value : histogram->maximum) / 1e6;
    }
    return (double)histogram->maximum / 1e6;
}
