#include "http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

size_t http_read_head(struct http_head *head, const char *bytes, size_t count) {
    const char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (!end) return 0;
    if (count < 16 || memcmp(bytes, "HTTP/1.", 7)) fail("an HTTP response was expected, not: %.*s", (int)count, bytes);
    *head = (struct http_head){.status = atoi(bytes + 9), .length = -1, .size = (size_t)(end + 4 - bytes)};
    head->fields = memchr(bytes, '\n', head->size);
    char value[64];
    if (http_field(head, "Content-Length", value, sizeof value)) head->length = atol(value);
    if (http_field(head, "Transfer-Encoding", value, sizeof value)) head->chunked = !strcasecmp(value, "chunked");
    if (head->status == 204 || head->status == 304) head->length = 0;
    return head->size;
}

bool http_field(const struct http_head *head, const char *name, char *value, size_t size) {
    size_t length = strlen(name);
    // The empty line at the end stops the search; `fields` is at the line feed before the first field.
    for (const char *line = head->fields + 1; *line != '\r'; line = strchr(line, '\n') + 1) {
        if (strncasecmp(line, name, length) || line[length] != ':') continue;
        const char *start = line + length + 1 + strspn(line + length + 1, " ");
        size_t count = strcspn(start, "\r");
        if (count >= size) fail("the field %s is longer than expected: %.*s", name, (int)count, start);
        memcpy(value, start, count);
        value[count] = 0;
        return true;
    }
    return false;
}

size_t http_read_chunk(const char *bytes, size_t count, const char **content, size_t *length) {
    const char *line = memmem(bytes, count, "\r\n", 2);
    if (!line) return 0;
    char *end;
    *length = strtoul(bytes, &end, 16);
    if (end != line) fail("the size of a chunk was expected, not: %.*s", (int)(line - bytes), bytes);
    *content = line + 2;
    size_t whole = (size_t)(*content - bytes) + *length + 2;
    return whole <= count ? whole : 0;
}

size_t http_take_response(
    struct connection *connection, struct http_head *head, const char *bytes, size_t count) {
    if (!http_read_head(head, bytes, count)) return 0;
    if (head->length < 0) connection_fail(connection, "Content-Length was expected", bytes, count);
    size_t whole = head->size + (size_t)head->length;
    if (count < whole) return 0;
    if (head->status < 200 || head->status > 299) connection_fail(connection, "refused", bytes, whole);
    connection->waiting = false;
    return whole;
}

void http_send(struct connection *connection, struct buffer *request) {
    connection->waiting = true;
    connection_send(connection, request->bytes, request->length);
    free(request->bytes);
}
