#pragma once

/// The whole text of a message, the same for every server.
#define PAYLOAD 128

enum server { APUS, PLAIN, NCHAN };
enum workload { FAN, IDLE, POSTS, RESUME };
enum way { WEBSOCKET, SSE, LONG_POLL };

struct options {
    enum workload workload;
    enum server server;
    enum way way;
    int port, pid;
    int readers, stuck, rooms, in_flight, behind;
    double rate, seconds, warm_up;
    /// Reader i uses token i, from the beginning again when they are used up.
    char **tokens;
    int token_count;
    const char *cursor;
};

extern struct options options;

void options_read(int count, char **words);
