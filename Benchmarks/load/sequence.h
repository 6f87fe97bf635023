#pragma once
#include <stdbool.h>
#include <stdint.h>

/// What one reader has seen of its room's messages 0, 1, 2 …: the last one, and which of the 63 before.
struct sequence {
    uint64_t next, seen;
};

enum arrival { IN_ORDER, LATE, DOUBLED };

enum arrival sequence_take(struct sequence *, uint64_t number);
