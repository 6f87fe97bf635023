#pragma once

/// Each does one workload, prints its figures and returns the exit status.
int run_fan(void);
int run_idle(void);
int run_posts(void);
int run_resume(void);
