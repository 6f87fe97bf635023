/// The commit that the binary was built from, as Package.swift was told it; "unknown" otherwise.
const char *apus_commit(void);
