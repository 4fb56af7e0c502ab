// A disk that fails at a chosen step, for the process that it is preloaded into (LD_PRELOAD).
//
// FAULTY_DISK="WHAT CALLS FIRST COUNT": of the calls of one kind ("sync", "write", "open", "rename" or "truncate") on files
// whose path contains FAULTY_DISK_PATH, those numbered FIRST to FIRST+COUNT-1 fail with "eio", "enospc" or "eintr", or write
// only half of what they were given ("short"), or the process is killed there ("kill"), before the call. How many calls there
// were so far stands in the file FAULTY_DISK_COUNT. What "sync" fails is on the disk all the same: this disk tells lies about
// failures, never about success.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { fails_short = -1 };

static char what[16], calls[16];
static long first, count;
static const char *path;
static atomic_long seen;
static int ledger = -1;

__attribute__((constructor)) static void begin(void) {
    const char *order = getenv("FAULTY_DISK"), *name = getenv("FAULTY_DISK_COUNT"), *where = getenv("FAULTY_DISK_PATH");
    if (name) ledger = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (order && where && sscanf(order, "%15s %15s %ld %ld", what, calls, &first, &count) == 4) path = where;
}

// 0: go on; else the error to fail with, or `fails_short`.
static int fate(const char *kind, const char *file) {
    if (!path || strcmp(kind, calls) != 0 || !file || !strstr(file, path)) return 0;
    int before = errno;
    long number = atomic_fetch_add(&seen, 1) + 1;
    if (ledger >= 0) {
        char line[32];
        int length = snprintf(line, sizeof line, "%ld\n", number);
        ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
        real(ledger, line, (size_t)length, 0);
    }
    errno = before;
    if (number < first || number - first >= count) return 0;
    if (strcmp(what, "kill") == 0) kill(getpid(), SIGKILL);
    if (strcmp(what, "short") == 0) return fails_short;
    return strcmp(what, "enospc") == 0 ? ENOSPC : strcmp(what, "eintr") == 0 ? EINTR : EIO;
}

static int fate_of_open(const char *kind, int descriptor) {
    if (!path || strcmp(kind, calls) != 0) return 0;
    int before = errno;
    char link[64], target[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, target, sizeof target - 1);
    errno = before;
    if (length <= 0) return 0;
    target[length] = 0;
    return fate(kind, target);
}

#define FAULTY(expression, result, name, parameters, arguments)                             \
    result name parameters {                                                                \
        static result(*real) parameters;                                                    \
        if (!real) real = dlsym(RTLD_NEXT, #name);                                          \
        int error = expression;                                                             \
        if (error > 0) { errno = error; return -1; }                                        \
        return real arguments;                                                              \
    }

FAULTY(fate_of_open("sync", descriptor), int, fsync, (int descriptor), (descriptor))
FAULTY(fate_of_open("sync", descriptor), int, fdatasync, (int descriptor), (descriptor))
FAULTY(fate_of_open("truncate", descriptor), int, ftruncate, (int descriptor, off_t size), (descriptor, size))
FAULTY(fate_of_open("truncate", descriptor), int, ftruncate64, (int descriptor, off64_t size), (descriptor, size))
FAULTY(fate("rename", to), int, rename, (const char *from, const char *to), (from, to))
FAULTY(fate("rename", to), int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))

#define OR_SHORT (error == fails_short && size > 1 ? size / 2 : size)
FAULTY(fate_of_open("write", descriptor), ssize_t, write, (int descriptor, const void *bytes, size_t size),
       (descriptor, bytes, OR_SHORT))
FAULTY(fate_of_open("write", descriptor), ssize_t, pwrite, (int descriptor, const void *bytes, size_t size, off_t at),
       (descriptor, bytes, OR_SHORT, at))
FAULTY(fate_of_open("write", descriptor), ssize_t, pwrite64, (int descriptor, const void *bytes, size_t size, off64_t at),
       (descriptor, bytes, OR_SHORT, at))

// A mode follows only where a file may be made.
#define FAULTY_OPEN(name, parameters, arguments)                                            \
    int name parameters {                                                                   \
        static int(*real) parameters;                                                       \
        if (!real) real = dlsym(RTLD_NEXT, #name);                                          \
        va_list rest;                                                                       \
        va_start(rest, flags);                                                              \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;             \
        va_end(rest);                                                                       \
        int error = fate("open", file);                                                     \
        if (error > 0) { errno = error; return -1; }                                        \
        return real arguments;                                                              \
    }

FAULTY_OPEN(open, (const char *file, int flags, ...), (file, flags, mode))
FAULTY_OPEN(open64, (const char *file, int flags, ...), (file, flags, mode))
FAULTY_OPEN(openat, (int folder, const char *file, int flags, ...), (folder, file, flags, mode))
FAULTY_OPEN(openat64, (int folder, const char *file, int flags, ...), (folder, file, flags, mode))
