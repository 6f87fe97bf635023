#include "sequence.h"

enum arrival sequence_take(struct sequence *sequence, uint64_t number) {
    if (number >= sequence->next) {
        uint64_t steps = number + 1 - sequence->next;
        sequence->seen = steps > 63 ? 1 : sequence->seen << steps | 1;
        sequence->next = number + 1;
        return IN_ORDER;
    }
    uint64_t behind = sequence->next - 1 - number;
    // What is too old to remember counts as doubled: the one it may be missed as is counted as lost either way.
    if (behind > 63 || (sequence->seen >> behind & 1)) return DOUBLED;
    sequence->seen |= 1ULL << behind;
    return LATE;
}
