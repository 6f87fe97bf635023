#include "deliveries.h"

#include <stdio.h>
#include <string.h>

/// Makes each time 19 digits long.
#define TIME_BASE 1000000000000000000ULL

struct tally tally;
void (*on_delivery)(struct connection *, uint64_t, uint64_t);

void payload_write(char payload[PAYLOAD + 1], uint64_t sent, uint64_t number) {
    unsigned long long time = sent + TIME_BASE, own = number;
    int length = snprintf(payload, PAYLOAD + 1, "~%llu~%llu~", time, own);
    memset(payload + length, 'x', (size_t)(PAYLOAD - length));
    payload[PAYLOAD] = 0;
}

static const char *read_number(const char *bytes, const char *end, uint64_t *value) {
    const char *start = bytes;
    for (*value = 0; bytes < end && *bytes >= '0' && *bytes <= '9'; bytes++)
        *value = *value * 10 + (uint64_t)(*bytes - '0');
    return bytes > start && bytes < end && *bytes == '~' ? bytes + 1 : NULL;
}

static void take(struct connection *reader, uint64_t number, uint64_t sent) {
    // Message n goes to room n mod rooms, so a room's messages are numbered without gaps by the quotient.
    enum arrival arrival = sequence_take(&reader->sequence, number / (uint64_t)options.rooms);
    if (arrival == DOUBLED) {
        tally.doubled++;
        return;
    }
    if (arrival == LATE) tally.late++;
    tally.delivered++;
    on_delivery(reader, number, sent);
}

void deliveries_take(struct connection *reader, const char *bytes, size_t count) {
    const char *end = bytes + count;
    for (const char *mark; (mark = memchr(bytes, '~', (size_t)(end - bytes)));) {
        uint64_t sent, number;
        const char *next = read_number(mark + 1, end, &sent);
        if (next) next = read_number(next, end, &number);
        bool whole = next && end - mark >= PAYLOAD && sent >= TIME_BASE;
        if (!whole || (int)(number % (uint64_t)options.rooms) != reader->room)
            connection_fail(reader, "this is no message of ours for this reader", mark, (size_t)(end - mark));
        take(reader, number, sent - TIME_BASE);
        bytes = mark + PAYLOAD;
    }
}
