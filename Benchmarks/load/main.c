// load: puts a chat server under load and says what it cost. One thread; it polls without sleeping while it measures,
// so that the server does not pay for waking it.
#include <sys/resource.h>

#include "options.h"
#include "workloads.h"

int main(int count, char **words) {
    static int (*const workloads[])(void) = {
        [FAN] = run_fan, [IDLE] = run_idle, [POSTS] = run_posts, [RESUME] = run_resume};
    options_read(count, words);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    return workloads[options.workload]();
}
