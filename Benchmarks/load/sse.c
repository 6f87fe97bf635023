#include "sse.h"

#include <string.h>

#include "dialect.h"
#include "http.h"
#include "options.h"

static void take_lines(struct connection *connection, const char *lines, size_t count) {
    if (connection->state == READY) {
        connection->message(connection, lines, count);
    } else if (memmem(lines, count, "event: hello", 12)) {
        connection_ready(connection);
    }
}

/// Lines may be cut by chunks and packets, so what is not whole waits for the rest.
static void take_content(struct connection *connection, const char *content, size_t count) {
    struct buffer *line = &connection->line;
    if (!line->length && count && content[count - 1] == '\n') {
        take_lines(connection, content, count);
        return;
    }
    buffer_add(line, content, count);
    const char *last = memrchr(line->bytes, '\n', line->length);
    if (!last) return;
    size_t whole = (size_t)(last + 1 - line->bytes);
    take_lines(connection, line->bytes, whole);
    memmove(line->bytes, line->bytes + whole, line->length - whole);
    line->length -= whole;
}

static size_t received(struct connection *connection, char *bytes, size_t count) {
    size_t taken = 0;
    if (!connection->head_done) {
        struct http_head head;
        if (!(taken = http_read_head(&head, bytes, count))) return 0;
        if (head.status != 200) connection_fail(connection, "200 was expected", bytes, count);
        connection->head_done = true;
        connection->chunked = head.chunked;
        // nchan has no hello; its reader is there when the head is.
        if (options.server != APUS) connection_ready(connection);
    }
    if (!connection->chunked) {
        take_content(connection, bytes + taken, count - taken);
        return count;
    }
    const char *content;
    size_t length;
    for (size_t size; (size = http_read_chunk(bytes + taken, count - taken, &content, &length)); taken += size) {
        if (!length) connection_fail(connection, "the server ended the stream", NULL, 0);
        take_content(connection, content, length);
    }
    return taken;
}

static void open_reader(struct connection *connection) {
    struct buffer request = {0};
    dialect_read(&request, connection);
    http_send(connection, &request);
}

const struct transport sse_reader = {"SSE", open_reader, received};
