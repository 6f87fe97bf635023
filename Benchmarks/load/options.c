#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

struct options options = {.readers = 1000, .rooms = 1, .in_flight = 1, .seconds = 5, .warm_up = 1.5};

static const char usage[] =
    "usage: load fan|idle|posts|resume --port P --pid SERVER [option…]\n"
    "  fan      readers of rooms and someone who posts: --in-flight N messages at once, or --rate N a second\n"
    "           (with both: in flight while warming up, at the rate while measuring)\n"
    "  idle     readers to which nothing happens\n"
    "  posts    Apus: each connection has --in-flight posts to its own room unanswered\n"
    "  resume   Apus: readers come from --cursor, --behind events ago\n"
    "options:\n"
    "  --server apus|plain|nchan   whose requests to speak (apus); plain is the floor and uWebSockets\n"
    "  --way websocket|sse|long-poll                       (websocket)\n"
    "  --readers N --rooms N --seconds S --warm-up S       (1000, 1, 5, 1.5)\n"
    "  --stuck N                   fan: as many more readers, of room r0, that never read\n"
    "  --tokens FILE               bearer tokens, one a line: reader i uses line i\n"
    "  --cursor C                  where long polls and resumed readers start\n"
    "Prints one JSON object; ends with 1 if anything was lost, doubled or refused, with 2 if it could not measure.\n";

static int choice(const char *option, const char *given, const char *const names[], int count) {
    for (int index = 0; index < count; index++)
        if (!strcmp(given, names[index])) return index;
    fail("%s %s is not known; see load --help", option, given);
}

static double number(const char *option, const char *given, double least) {
    char *end;
    double value = strtod(given, &end);
    if (*end || end == given || value < least) fail("--%s is a number of at least %g, not %s", option, least, given);
    return value;
}

static void read_tokens(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) fail("the tokens' file %s cannot be read", path);
    char line[512];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        options.tokens = realloc(options.tokens, sizeof(char *) * (size_t)(options.token_count + 1));
        options.tokens[options.token_count++] = strdup(line);
    }
    fclose(file);
}

static void check(void) {
    if (!options.port || !options.pid) fail("--port and --pid of the server are needed; see load --help");
    if (options.server == APUS && !options.token_count) fail("Apus wants --tokens, a file with a token a line");
    if (options.server == APUS && options.way == LONG_POLL && !options.cursor)
        fail("long polls of Apus need --cursor, from /v1/sync");
    if (options.server == PLAIN && options.way != WEBSOCKET) fail("plain servers speak WebSocket only");
    if (options.workload >= POSTS && options.server != APUS) fail("only Apus keeps posts and resumes readers");
    if (options.workload >= POSTS && options.way != WEBSOCKET) fail("posts and resume are measured over WebSocket");
    if (options.workload == RESUME && (!options.cursor || !options.behind)) fail("resume needs --cursor and --behind");
    if (options.workload == POSTS && options.rooms != options.readers) fail("posts need as many rooms as readers");
}

void options_read(int count, char **words) {
    static const char *const workloads[] = {"fan", "idle", "posts", "resume"};
    static const char *const servers[] = {"apus", "plain", "nchan"};
    static const char *const ways[] = {"websocket", "sse", "long-poll"};
    enum {
        SERVER, WAY, PORT, PID, READERS, STUCK, ROOMS, IN_FLIGHT, BEHIND, RATE, SECONDS, WARM_UP, TOKENS, CURSOR, HELP
    };
    static const struct option known[] = {
        {"server", 1, 0, SERVER}, {"way", 1, 0, WAY}, {"port", 1, 0, PORT}, {"pid", 1, 0, PID},
        {"readers", 1, 0, READERS}, {"stuck", 1, 0, STUCK}, {"rooms", 1, 0, ROOMS}, {"in-flight", 1, 0, IN_FLIGHT},
        {"behind", 1, 0, BEHIND}, {"rate", 1, 0, RATE}, {"seconds", 1, 0, SECONDS}, {"warm-up", 1, 0, WARM_UP},
        {"tokens", 1, 0, TOKENS}, {"cursor", 1, 0, CURSOR}, {"help", 0, 0, HELP}, {0},
    };
    for (int option, index; (option = getopt_long(count, words, "", known, &index)) != -1;) {
        if (option == '?') exit(2);
        const char *name = known[index].name;
        switch (option) {
        case SERVER: options.server = (enum server)choice("--server", optarg, servers, 3); break;
        case WAY: options.way = (enum way)choice("--way", optarg, ways, 3); break;
        case PORT: options.port = (int)number(name, optarg, 1); break;
        case PID: options.pid = (int)number(name, optarg, 1); break;
        case READERS: options.readers = (int)number(name, optarg, 1); break;
        case STUCK: options.stuck = (int)number(name, optarg, 0); break;
        case ROOMS: options.rooms = (int)number(name, optarg, 1); break;
        case IN_FLIGHT: options.in_flight = (int)number(name, optarg, 1); break;
        case BEHIND: options.behind = (int)number(name, optarg, 1); break;
        case RATE: options.rate = number(name, optarg, 0); break;
        case SECONDS: options.seconds = number(name, optarg, 0.1); break;
        case WARM_UP: options.warm_up = number(name, optarg, 0); break;
        case TOKENS: read_tokens(optarg); break;
        case CURSOR: options.cursor = optarg; break;
        case HELP: fputs(usage, stdout); exit(0);
        }
    }
    if (optind != count - 1) fail("one workload is wanted: fan, idle, posts or resume; see load --help");
    options.workload = (enum workload)choice("workload", words[optind], workloads, 4);
    check();
}
