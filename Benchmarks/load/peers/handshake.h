#pragma once
#include <stddef.h>

/// Writes the answer to a WebSocket's opening request (RFC 6455, section 4.2.2) with this key.
int handshake_answer(char *answer, size_t size, const char *key, size_t length);
