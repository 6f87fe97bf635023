#pragma once

/// What the server has used: its process and all that descend from it.
struct usage {
    double cpu_seconds;
    long resident_kib;
};

struct usage process_usage(int pid);

/// CPU seconds that all processes of the machine have used since it started.
double machine_cpu_seconds(void);

/// CPU seconds that this tool has used.
double own_cpu_seconds(void);
