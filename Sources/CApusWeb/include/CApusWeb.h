#include <stddef.h>

/// A file of the chat page or of the browser SDK, as it is in the repository.
struct apus_web_file {
    /// From the root of the repository.
    const char *path;
    const unsigned char *bytes;
    size_t length;
};

/// The files, and how many there are.
const struct apus_web_file *apus_web_files(size_t *count);

/// How many bytes `apus_gzip` may need for so many.
size_t apus_gzip_bound(size_t length);

/// Compresses into `output`, as small as it gets, and returns the length; 0 if it cannot be done.
size_t apus_gzip(const unsigned char *input, size_t length, unsigned char *output, size_t capacity);
