#include "report.h"

#include <stdbool.h>
#include <stdio.h>

#include "deliveries.h"

void report(const char *name, double value) {
    static bool begun;
    printf("%s\"%s\": %.10g", begun ? ", " : "{", name, value);
    begun = true;
}

void report_latency(const char *name, const struct histogram *histogram) {
    static const struct { const char *name; double share; } quantiles[] = {{"p50", 0.5}, {"p99", 0.99}, {"max", 1}};
    for (int index = 0; index < 3; index++) {
        char full[64];
        snprintf(full, sizeof full, "%s_%s_ms", name, quantiles[index].name);
        report(full, histogram_quantile(histogram, quantiles[index].share));
    }
}

int report_end(unsigned long refused) {
    // A double is not in `delivered`, so the difference is never negative unless a message came that was never due.
    double lost = (double)tally.expected - (double)tally.delivered;
    report("expected", (double)tally.expected);
    report("lost", lost);
    report("doubled", (double)tally.doubled);
    report("late", (double)tally.late);
    report("refused", (double)refused);
    printf("}\n");
    return lost != 0 || tally.doubled || tally.late || refused;
}
