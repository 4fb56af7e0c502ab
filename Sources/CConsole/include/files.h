#ifndef TRIBUTARY_CONSOLE_FILES_H
#define TRIBUTARY_CONSOLE_FILES_H

#include <stddef.h>

/// One file of hub/console.
struct console_file {
    /// Its path below hub/console.
    const char *name;
    const unsigned char *bytes;
    size_t length;
};

size_t console_file_count(void);
/// `index` counts from 0 and is less than the count.
struct console_file console_file_at(size_t index);

#endif
