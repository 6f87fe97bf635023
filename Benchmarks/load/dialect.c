#include "dialect.h"

#include <unistd.h>

#include "clock.h"
#include "options.h"

static void begin(struct buffer *request) {
    buffer_print(request, " HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", options.port);
}

static void add_token(struct buffer *request, int number) {
    if (options.server != APUS) return;
    buffer_print(request, "Authorization: Bearer %s\r\n", options.tokens[number % options.token_count]);
}

static void add_upgrade(struct buffer *request) {
    buffer_print(request,
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s",
        options.server == APUS ? "Sec-WebSocket-Protocol: apus.v1\r\n" : "");
}

/// A reader with a token of its own reads all its rooms, one of many with the same token only its own.
static void add_apus_path(struct buffer *request, const struct connection *reader) {
    buffer_print(request, "GET /v1/stream?");
    if (options.way == LONG_POLL) buffer_print(request, "wait=25&");
    if (options.token_count == 1) buffer_print(request, "rooms=r%d&", reader->room);
    if (reader->cursor[0]) buffer_print(request, "cursor=%s", reader->cursor);
    else if (options.cursor) buffer_print(request, "cursor=%s", options.cursor);
}

void dialect_read(struct buffer *request, const struct connection *reader) {
    switch (options.server) {
    case APUS: add_apus_path(request, reader); break;
    case PLAIN: buffer_print(request, "GET /ws/%d", reader->room); break;
    case NCHAN: buffer_print(request, "GET /read/%d", reader->room); break;
    }
    begin(request);
    add_token(request, reader->number);
    if (options.way == WEBSOCKET) add_upgrade(request);
    if (options.way == SSE) buffer_print(request, "Accept: text/event-stream\r\n");
    if (options.server == NCHAN && reader->cursor[0])
        buffer_print(request, "If-None-Match: %s\r\nIf-Modified-Since: %s\r\n", reader->cursor, reader->modified);
    buffer_print(request, "\r\n");
}

void dialect_open_publisher(struct buffer *request) {
    buffer_print(request, "GET %s", options.server == APUS ? "/v1/stream?rooms=none" : "/pub");
    begin(request);
    add_token(request, 0);
    add_upgrade(request);
    buffer_print(request, "\r\n");
}

/// A command id as Apus's clients make them, a UUIDv7 (RFC 9562 section 5.7): its last twelve digits are the message's
/// number, the other bits after the time are random.
static void add_id(struct buffer *post, uint64_t number) {
    static uint64_t state;
    if (!state) state = now_ns() ^ (uint64_t)getpid() << 48;
    // SplitMix64.
    uint64_t bits = state += 0x9e3779b97f4a7c15;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    uint64_t milliseconds = (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
    buffer_print(post, "%08llx-%04llx-%04llx-%04llx-%012llx", (unsigned long long)(milliseconds >> 16),
        (unsigned long long)(milliseconds & 0xffff), (unsigned long long)(0x7000 | (bits & 0xfff)),
        (unsigned long long)(0x8000 | (bits >> 32 & 0x3fff)), (unsigned long long)number);
}

void dialect_post(struct buffer *post, int room, uint64_t number, const char payload[]) {
    switch (options.server) {
    case APUS:
        buffer_print(post, "{\"command\":{\"id\":\"");
        add_id(post, number);
        buffer_print(post, "\",\"op\":\"message.post\",\"room\":\"r%d\",\"text\":\"%s\"}}", room, payload);
        break;
    case PLAIN: buffer_print(post, "%d|%s", room, payload); break;
    case NCHAN:
        buffer_print(post, "POST /pub?id=%d", room);
        begin(post);
        buffer_print(post, "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", PAYLOAD, payload);
        break;
    }
}
