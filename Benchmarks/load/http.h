#pragma once
#include "connection.h"

struct http_head {
    int status;
    /// Bytes of the body; -1 if its end is told otherwise.
    long length;
    bool chunked;
    /// Where the fields begin, and the bytes of all of the head.
    const char *fields;
    size_t size;
};

/// Reads the head of a response; 0 if it is not all there, else its bytes.
size_t http_read_head(struct http_head *, const char *bytes, size_t count);

/// Copies a field of a head; false if it is not there.
bool http_field(const struct http_head *, const char *name, char *value, size_t size);

/// Reads a chunk (RFC 9112, section 7.1); 0 if it is not all there, else its bytes.
size_t http_read_chunk(const char *bytes, size_t count, const char **content, size_t *length);

/// Takes the response to the request that waits, with its body; 0 if it is not all there, else its bytes. Anything but
/// success ends the tool.
size_t http_take_response(struct connection *, struct http_head *, const char *bytes, size_t count);

/// Sends a request and frees it.
void http_send(struct connection *, struct buffer *request);
