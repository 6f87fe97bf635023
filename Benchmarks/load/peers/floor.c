// floor PORT [coalesce]: what fan-out over WebSocket costs when nothing but the kernel costs anything. One thread, one
// epoll; a frame is built once and written to each reader, or with `coalesce` what came together leaves together.
//   GET /ws/ROOM reads; GET /pub posts: each text is "ROOM|payload".
// It keeps nothing and checks nothing: it is a floor, not a server.
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "handshake.h"

#define ROOMS 65536

struct connection {
    int descriptor, room, place;
    enum { OPENING, READER, PUBLISHER } kind;
    /// Has pending bytes and waits for the end of the turn, or for the kernel to take more.
    bool gathers, watches_output;
    char *unread, *pending;
    size_t unread_count, pending_count, pending_size;
};
static struct { struct connection **members; int count, size; } rooms[ROOMS];
static struct connection **gathered;
static int gathered_count, gathered_size, epoll;
static bool coalesces;

/// The memory of what is closed is not given back, since this turn may still speak of it.
static void drop(struct connection *connection) {
    if (connection->kind == READER) {
        struct connection **members = rooms[connection->room].members;
        members[connection->place] = members[--rooms[connection->room].count];
        members[connection->place]->place = connection->place;
    }
    close(connection->descriptor);
    connection->descriptor = -1;
}

static void watch_output(struct connection *connection, bool wanted) {
    if (connection->watches_output == wanted) return;
    connection->watches_output = wanted;
    struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = connection};
    epoll_ctl(epoll, EPOLL_CTL_MOD, connection->descriptor, &event);
}

static void keep(struct connection *connection, const char *bytes, size_t count) {
    if (connection->pending_count + count > connection->pending_size) {
        connection->pending_size = (connection->pending_count + count) * 2;
        connection->pending = realloc(connection->pending, connection->pending_size);
    }
    memcpy(connection->pending + connection->pending_count, bytes, count);
    connection->pending_count += count;
}

static void write_pending(struct connection *connection) {
    ssize_t written = send(connection->descriptor, connection->pending, connection->pending_count, MSG_NOSIGNAL);
    if (written < 0) written = 0;
    connection->pending_count -= (size_t)written;
    memmove(connection->pending, connection->pending + written, connection->pending_count);
    watch_output(connection, connection->pending_count > 0);
}

static void gather(struct connection *connection) {
    if (connection->gathers) return;
    if (gathered_count == gathered_size) {
        gathered_size = gathered_size * 2 + 64;
        gathered = realloc(gathered, sizeof *gathered * (size_t)gathered_size);
    }
    connection->gathers = true;
    gathered[gathered_count++] = connection;
}

static void give(struct connection *reader, const char *frame, size_t count) {
    if (coalesces) {
        gather(reader);
        keep(reader, frame, count);
        return;
    }
    ssize_t written = reader->pending_count ? 0 : send(reader->descriptor, frame, count, MSG_NOSIGNAL);
    if (written < 0) written = 0;
    if ((size_t)written == count) return;
    keep(reader, frame + written, count - (size_t)written);
    watch_output(reader, true);
}

static void publish(const char *text, size_t count) {
    static char frame[65540];
    char *payload;
    long room = strtol(text, &payload, 10) % ROOMS;
    payload++;
    size_t length = count - (size_t)(payload - text), start = 2;
    frame[0] = (char)0x81;
    frame[1] = (char)length;
    if (length > 125) {
        frame[1] = 126;
        frame[2] = (char)(length >> 8);
        frame[3] = (char)length;
        start = 4;
    }
    memcpy(frame + start, payload, length);
    for (int index = 0; index < rooms[room].count; index++) give(rooms[room].members[index], frame, start + length);
}

static size_t open_stream(struct connection *connection, char *bytes, size_t count) {
    char answer[256], *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (!end) return 0;
    *end = 0;
    char *key = strcasestr(bytes, "Sec-WebSocket-Key: ");
    if (!key) return count;
    key += strlen("Sec-WebSocket-Key: ");
    int length = handshake_answer(answer, sizeof answer, key, strcspn(key, "\r\n"));
    keep(connection, answer, (size_t)length);
    write_pending(connection);
    connection->kind = PUBLISHER;
    if (!strncmp(bytes, "GET /ws/", 8)) {
        connection->kind = READER;
        int room = connection->room = atoi(bytes + 8) % ROOMS;
        if (rooms[room].count == rooms[room].size) {
            rooms[room].size = rooms[room].size * 2 + 8;
            rooms[room].members = realloc(rooms[room].members, sizeof *rooms[room].members * (size_t)rooms[room].size);
        }
        connection->place = rooms[room].count;
        rooms[room].members[rooms[room].count++] = connection;
    }
    return (size_t)(end + 4 - bytes);
}

/// Frames up to 64 KiB, masked, in one piece: what the load tool sends. Returns the bytes taken.
static size_t take_frames(struct connection *connection, char *bytes, size_t count) {
    size_t taken = 0;
    while (count - taken >= 6) {
        unsigned char *head = (unsigned char *)bytes + taken;
        size_t length = head[1] & 127, start = 2;
        if (length == 126) {
            if (count - taken < 8) break;
            length = (size_t)head[2] << 8 | head[3];
            start = 4;
        }
        if (count - taken < start + 4 + length) break;
        unsigned char *mask = head + start, *text = mask + 4;
        for (size_t index = 0; index < length; index++) text[index] ^= mask[index & 3];
        taken += start + 4 + length;
        if (connection->kind == PUBLISHER && (head[0] & 15) == 1) publish((char *)text, length);
    }
    return taken;
}

static void take(struct connection *connection) {
    static char bytes[1 << 17];
    size_t before = connection->unread_count, taken = 0;
    if (before) memcpy(bytes, connection->unread, before);
    ssize_t count = read(connection->descriptor, bytes + before, sizeof bytes - before);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        drop(connection);
        return;
    }
    size_t all = before + (size_t)count;
    if (connection->kind == OPENING) taken = open_stream(connection, bytes, all);
    if (connection->kind != OPENING) taken += take_frames(connection, bytes + taken, all - taken);
    connection->unread_count = all - taken;
    if (taken == all) return;
    connection->unread = realloc(connection->unread, all - taken);
    memcpy(connection->unread, bytes + taken, all - taken);
}

static void accept_all(int listener) {
    int descriptor, on = 1;
    while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *connection = calloc(1, sizeof *connection);
        connection->descriptor = descriptor;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
    }
}

static int start_listening(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) {
        fprintf(stderr, "floor: cannot listen at port %d: %s\n", port, strerror(errno));
        exit(1);
    }
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    return listener;
}

int main(int count, char **words) {
    if (count < 2) return fputs("usage: floor PORT [coalesce]\n", stderr), 2;
    coalesces = count > 2 && !strcmp(words[2], "coalesce");
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    epoll = epoll_create1(0);
    int listener = start_listening(atoi(words[1]));
    for (;;) {
        struct epoll_event events[512];
        int happened = epoll_wait(epoll, events, 512, -1);
        for (int index = 0; index < happened; index++) {
            struct connection *connection = events[index].data.ptr;
            if (!connection) {
                accept_all(listener);
                continue;
            }
            if (connection->descriptor >= 0 && events[index].events & EPOLLOUT) write_pending(connection);
            if (connection->descriptor >= 0 && events[index].events & ~(uint32_t)EPOLLOUT) take(connection);
        }
        for (int index = 0; index < gathered_count; index++) {
            gathered[index]->gathers = false;
            if (gathered[index]->descriptor >= 0) write_pending(gathered[index]);
        }
        gathered_count = 0;
    }
}
