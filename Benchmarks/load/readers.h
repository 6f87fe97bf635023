#pragma once
#include "connection.h"

/// Opens so many readers, at most `at_once` on their way, and waits until all are ready. Reader i is in room i mod
/// rooms.
struct connection *readers_open(int count, int at_once, bool stuck);

/// Lets the server come to rest after so many have come.
void readers_settle(void);
