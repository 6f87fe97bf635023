#include "build_info.h"

const char *apus_commit(void) { return APUS_COMMIT; }
