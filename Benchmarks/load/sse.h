#pragma once
#include "connection.h"

/// A reader of server-sent events; gives whole lines to `message`, several at a time.
extern const struct transport sse_reader;
