#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "options.h"

uint64_t received_at, bytes_received;
int connections_ready;

static int epoll = -1;
static char buffer[1 << 19];

static void watch(struct connection *connection, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = connection};
    if (epoll_ctl(epoll, operation, connection->descriptor, &event)) fail("epoll_ctl: %s", strerror(errno));
}

static void watch_output(struct connection *connection, bool wanted) {
    if (connection->watches_output == wanted) return;
    connection->watches_output = wanted;
    watch(connection, EPOLL_CTL_MOD, EPOLLIN | (wanted ? EPOLLOUT : 0));
}

void connection_fail(struct connection *connection, const char *why, const char *bytes, size_t count) {
    int shown = (int)(count < 600 ? count : 600);
    fail("%s %d over %s: %s%s%.*s", connection->role, connection->number, connection->transport->name, why,
        shown ? ": " : "", shown, bytes ? bytes : "");
}

/// A segment of the size that networks have, instead of loopback's 64 KiB: by it the kernel measures how much it
/// keeps for a reader that does not read, and 2 MB for each of a thousand would hide the server behind the kernel.
static void shrink(int descriptor) {
    int segment = 1448, window = 4096;
    setsockopt(descriptor, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
}

void connection_open(struct connection *connection) {
    static uint32_t opened;
    if (epoll < 0 && (epoll = epoll_create1(EPOLL_CLOEXEC)) < 0) fail("epoll_create1: %s", strerror(errno));
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    if (descriptor < 0) fail("socket: %s; raise the limit of open files (ulimit -n)", strerror(errno));
    // One address has 28,000 ports; 127.0.0.2, .3 … have as many each.
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002 + opened++ / 4000)};
    setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(descriptor, (void *)&own, sizeof own)) fail("bind: %s", strerror(errno));
    if (connection->stuck) shrink(descriptor);
    struct sockaddr_in server = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(descriptor, (void *)&server, sizeof server) && errno != EINPROGRESS)
        fail("connect to port %d: %s", options.port, strerror(errno));
    connection->descriptor = descriptor;
    connection->state = CONNECTING;
    connection->watches_output = true;
    watch(connection, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

void connection_ready(struct connection *connection) {
    connection->state = READY;
    connections_ready++;
}

void connection_abandon(struct connection *connection) { watch(connection, EPOLL_CTL_DEL, 0); }

void connection_send(struct connection *connection, const char *bytes, size_t count) {
    if (connection->sent == connection->unsent.length) {
        connection->sent = connection->unsent.length = 0;
        ssize_t written = send(connection->descriptor, bytes, count, MSG_NOSIGNAL);
        if (written < 0 && errno != EAGAIN) connection_fail(connection, strerror(errno), NULL, 0);
        if (written > 0) bytes += written, count -= (size_t)written;
    }
    if (!count) return;
    buffer_add(&connection->unsent, bytes, count);
    watch_output(connection, true);
}

static void send_rest(struct connection *connection) {
    struct buffer *unsent = &connection->unsent;
    size_t left = unsent->length - connection->sent;
    if (left) {
        ssize_t written = send(connection->descriptor, unsent->bytes + connection->sent, left, MSG_NOSIGNAL);
        if (written < 0 && errno != EAGAIN) connection_fail(connection, strerror(errno), NULL, 0);
        if (written > 0) connection->sent += (size_t)written;
    }
    if (connection->sent < unsent->length) return;
    connection->sent = unsent->length = 0;
    watch_output(connection, false);
}

static void finish_connecting(struct connection *connection) {
    int error = 0, on = 1;
    socklen_t size = sizeof error;
    getsockopt(connection->descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) connection_fail(connection, strerror(error), NULL, 0);
    setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->state = OPENING;
    watch_output(connection, false);
    connection->transport->connected(connection);
}

static void take(struct connection *connection) {
    struct buffer *unread = &connection->unread;
    size_t before = unread->length;
    if (before >= sizeof buffer) connection_fail(connection, "one message is too long to be taken", NULL, 0);
    if (before) memcpy(buffer, unread->bytes, before);
    ssize_t count = recv(connection->descriptor, buffer + before, sizeof buffer - before, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) connection_fail(connection, count ? strerror(errno) : "the server closed it", NULL, 0);
    received_at = now_ns();
    bytes_received += (uint64_t)count;
    unread->length = 0;
    size_t all = before + (size_t)count, taken = connection->transport->received(connection, buffer, all);
    buffer_add(unread, buffer + taken, all - taken);
}

void connections_poll(uint64_t wait) {
    static struct epoll_event events[1024];
    struct timespec timeout = {(time_t)(wait / SECOND), (long)(wait % SECOND)};
    int count = epoll_pwait2(epoll, events, 1024, &timeout, NULL);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2: %s", strerror(errno));
    for (int index = 0; index < count; index++) {
        struct connection *connection = events[index].data.ptr;
        if (connection->state == CONNECTING) {
            finish_connecting(connection);
            continue;
        }
        if (events[index].events & EPOLLOUT) send_rest(connection);
        if (events[index].events & ~(uint32_t)EPOLLOUT) take(connection);
    }
}
