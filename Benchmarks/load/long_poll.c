#include "long_poll.h"

#include <string.h>

#include "dialect.h"
#include "http.h"
#include "options.h"

static void poll(struct connection *connection) {
    struct buffer request = {0};
    dialect_read(&request, connection);
    http_send(connection, &request);
}

static void start_polling(struct connection *connection) {
    poll(connection);
    connection_ready(connection);
}

/// The cursor is the first thing in Apus's answer.
static void take_cursor(struct connection *connection, const char *body, size_t count) {
    static const char before[] = "{\"cursor\":\"";
    size_t start = sizeof before - 1;
    const char *end = count > start ? memchr(body + start, '"', count - start) : NULL;
    if (!end || memcmp(body, before, start) || (size_t)(end - body) - start >= sizeof connection->cursor)
        connection_fail(connection, "a poll's answer with its cursor first was expected", body, count);
    memcpy(connection->cursor, body + start, (size_t)(end - body) - start);
    connection->cursor[(size_t)(end - body) - start] = 0;
}

static size_t received(struct connection *connection, char *bytes, size_t count) {
    struct http_head head;
    size_t whole = http_take_response(connection, &head, bytes, count);
    if (!whole) return 0;
    const char *body = bytes + head.size;
    if (options.server == APUS) {
        take_cursor(connection, body, (size_t)head.length);
    } else {
        http_field(&head, "ETag", connection->cursor, sizeof connection->cursor);
        http_field(&head, "Last-Modified", connection->modified, sizeof connection->modified);
    }
    connection->message(connection, body, (size_t)head.length);
    poll(connection);
    return whole;
}

const struct transport long_poll_reader = {"long poll", start_polling, received};
