#include "websocket.h"

#include <string.h>

#include "dialect.h"
#include "http.h"
#include "options.h"

enum { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

/// RFC 6455, section 5.2, in one piece and masked, as a client must.
static void send_frame(struct connection *connection, int opcode, const char *content, size_t count) {
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    static struct buffer frame;
    frame.length = 0;
    if (count > 65535) fail("a frame of %zu bytes; no message of this tool is so long", count);
    unsigned char head[8] = {(unsigned char)(0x80 | opcode), (unsigned char)(0x80 | count)};
    size_t length = 2;
    if (count > 125) {
        head[1] = 0x80 | 126;
        head[2] = (unsigned char)(count >> 8);
        head[3] = (unsigned char)count;
        length = 4;
    }
    memcpy(head + length, mask, 4);
    buffer_add(&frame, head, length + 4);
    buffer_add(&frame, content, count);
    for (size_t index = 0; index < count; index++) frame.bytes[length + 4 + index] ^= (char)mask[index & 3];
    connection_send(connection, frame.bytes, frame.length);
}

void websocket_send(struct connection *connection, const char *text, size_t count) {
    send_frame(connection, TEXT, text, count);
}

static void take_frame(struct connection *connection, int opcode, char *content, size_t count) {
    if (opcode == PING) send_frame(connection, PONG, content, count);
    if (opcode == CLOSE) connection_fail(connection, "the server closed it", content + 2, count > 2 ? count - 2 : 0);
    if (opcode != TEXT && opcode != BINARY) return;
    if (connection->state == READY) {
        connection->message(connection, content, count);
    } else if (count > 8 && !memcmp(content, "{\"hello\"", 8)) {
        connection_ready(connection);
    } else {
        connection_fail(connection, "hello was expected", content, count);
    }
}

static size_t take_frames(struct connection *connection, char *bytes, size_t count) {
    size_t taken = 0;
    while (count - taken >= 2) {
        const unsigned char *head = (unsigned char *)bytes + taken;
        size_t left = count - taken, start = 2, length = head[1] & 127;
        if (length == 126) {
            if (left < 4) break;
            length = (size_t)head[2] << 8 | head[3];
            start = 4;
        } else if (length == 127) {
            if (left < 10) break;
            length = 0;
            for (int index = 2; index < 10; index++) length = length << 8 | head[index];
            start = 10;
        }
        if (left < start + length) break;
        take_frame(connection, head[0] & 15, bytes + taken + start, length);
        taken += start + length;
    }
    return taken;
}

static size_t received(struct connection *connection, char *bytes, size_t count) {
    size_t head = 0;
    if (!connection->head_done) {
        struct http_head response;
        if (!(head = http_read_head(&response, bytes, count))) return 0;
        if (response.status != 101) connection_fail(connection, "101 was expected", bytes, count);
        connection->head_done = true;
        // Only Apus says more before one may begin.
        if (options.server != APUS) connection_ready(connection);
    }
    return head + take_frames(connection, bytes + head, count - head);
}

static void open_reader(struct connection *connection) {
    struct buffer request = {0};
    dialect_read(&request, connection);
    http_send(connection, &request);
}

static void open_publisher(struct connection *connection) {
    struct buffer request = {0};
    dialect_open_publisher(&request);
    http_send(connection, &request);
}

const struct transport websocket_reader = {"WebSocket", open_reader, received};
const struct transport websocket_publisher = {"WebSocket", open_publisher, received};
