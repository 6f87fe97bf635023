#pragma once
#include "connection.h"

/// A reader that polls again and again, each poll waiting on the server.
extern const struct transport long_poll_reader;

/// One POST after the other; `waiting` until the answer to the last has come.
extern const struct transport http_publisher;
