#pragma once
#include "histogram.h"

/// Prints one more figure of the JSON object.
void report(const char *name, double value);

/// Prints NAME_p50_ms, NAME_p99_ms and NAME_max_ms.
void report_latency(const char *name, const struct histogram *);

/// Prints what the readers' tally says and ends the object; the tool's exit status.
int report_end(unsigned long refused);
