#pragma once
#include <stddef.h>

/// Bytes that grow. All zero is an empty one.
struct buffer {
    char *bytes;
    size_t length, capacity;
};

void buffer_add(struct buffer *, const void *bytes, size_t count);
void buffer_print(struct buffer *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Ends the tool with a sentence and status 2.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
