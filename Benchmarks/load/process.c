#include "process.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "buffer.h"

#define MOST 1024

/// The fields of /proc/PID/stat from the third one on: the second is a name that may hold anything but ends with the
/// last parenthesis. False if the process has gone.
static bool stat_fields(int pid, char *text, size_t size, const char **fields) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) return false;
    text[fread(text, 1, size - 1, file)] = 0;
    fclose(file);
    char *name_end = strrchr(text, ')');
    *fields = name_end ? name_end + 2 : NULL;
    return name_end != NULL;
}

static void add_process(int pid, struct usage *usage) {
    char text[1024], path[64];
    const char *fields;
    unsigned long user, system;
    if (!stat_fields(pid, text, sizeof text, &fields)) return;
    if (sscanf(fields, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2)
        usage->cpu_seconds += (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *file = fopen(path, "r");
    if (!file) return;
    long pages;
    if (fscanf(file, "%*d %ld", &pages) == 1) usage->resident_kib += pages * (sysconf(_SC_PAGESIZE) / 1024);
    fclose(file);
}

static int parent_of(int pid) {
    char text[1024];
    const char *fields;
    int parent = 0;
    if (stat_fields(pid, text, sizeof text, &fields)) sscanf(fields, "%*c %d", &parent);
    return parent;
}

/// The server's process and its descendants, looked up once: servers fork when they start, and reading all of /proc
/// while messages fly would show in their latency.
static int find_family(int pid, int family[MOST]) {
    int all[MOST], parents[MOST], count = 0, members = 1;
    DIR *folder = opendir("/proc");
    if (!folder) fail("/proc cannot be read; the server's CPU time and memory are found there");
    for (struct dirent *entry; (entry = readdir(folder)) && count < MOST;) {
        int number = atoi(entry->d_name);
        if (number <= 0) continue;
        parents[count] = parent_of(number);
        all[count++] = number;
    }
    closedir(folder);
    family[0] = pid;
    for (int member = 0; member < members; member++)
        for (int other = 0; other < count && members < MOST; other++)
            if (parents[other] == family[member]) family[members++] = all[other];
    return members;
}

struct usage process_usage(int pid) {
    static int family[MOST], members;
    if (!members) members = find_family(pid, family);
    struct usage usage = {0};
    for (int member = 0; member < members; member++) add_process(family[member], &usage);
    if (!usage.resident_kib) fail("the server's process %d is not there", pid);
    return usage;
}

double machine_cpu_seconds(void) {
    unsigned long user, nice, system, irq, softirq, steal;
    FILE *file = fopen("/proc/stat", "r");
    static const char format[] = "cpu %lu %lu %lu %*u %*u %lu %lu %lu";
    if (!file || fscanf(file, format, &user, &nice, &system, &irq, &softirq, &steal) != 6)
        fail("/proc/stat does not begin as expected, with the CPU time of the machine");
    fclose(file);
    return (double)(user + nice + system + irq + softirq + steal) / (double)sysconf(_SC_CLK_TCK);
}

double own_cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
