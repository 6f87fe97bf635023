#pragma once
#include "connection.h"

/// A reader that polls again and again, each poll waiting on the server.
extern const struct transport long_poll_reader;
