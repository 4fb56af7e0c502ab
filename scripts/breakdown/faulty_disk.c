// A disk that fails at a chosen step, for the process that it is preloaded into (LD_PRELOAD).
//
// FAULTY_DISK="WHAT CALLS FIRST COUNT": of the calls of one kind ("sync" or "write") on files whose path contains
// FAULTY_DISK_PATH, those numbered FIRST to FIRST+COUNT-1 fail with "eio" or "enospc", or the process is killed
// there ("kill"), before the call. The calls that were let through or failed so far stand in the file FAULTY_DISK_COUNT.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static char what[16], calls[16];
static long first, count;
static const char *path;
static atomic_long seen;
static int ledger = -1;

__attribute__((constructor)) static void begin(void) {
    const char *order = getenv("FAULTY_DISK"), *name = getenv("FAULTY_DISK_COUNT");
    path = getenv("FAULTY_DISK_PATH");
    if (order && path && sscanf(order, "%15s %15s %ld %ld", what, calls, &first, &count) != 4) path = NULL;
    if (name) ledger = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static int is_meant(int descriptor, const char *kind) {
    if (!path || strcmp(kind, calls) != 0) return 0;
    char link[64], target[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, target, sizeof target - 1);
    if (length <= 0) return 0;
    target[length] = 0;
    return strstr(target, path) != NULL;
}

// 0: go on; else the error to fail with.
static int fate(int descriptor, const char *kind) {
    int before = errno;
    if (!is_meant(descriptor, kind)) { errno = before; return 0; }
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
    return strcmp(what, "enospc") == 0 ? ENOSPC : EIO;
}

#define FAULTY(kind, result, name, parameters, arguments)                                   \
    result name parameters {                                                                \
        static result(*real) parameters;                                                    \
        if (!real) real = dlsym(RTLD_NEXT, #name);                                          \
        int error = fate(descriptor, kind);                                                 \
        if (error) { errno = error; return -1; }                                            \
        return real arguments;                                                              \
    }

FAULTY("sync", int, fsync, (int descriptor), (descriptor))
FAULTY("sync", int, fdatasync, (int descriptor), (descriptor))
FAULTY("write", ssize_t, write, (int descriptor, const void *bytes, size_t size), (descriptor, bytes, size))
FAULTY("write", ssize_t, pwrite, (int descriptor, const void *bytes, size_t size, off_t at), (descriptor, bytes, size, at))
FAULTY("write", ssize_t, pwrite64, (int descriptor, const void *bytes, size_t size, off64_t at), (descriptor, bytes, size, at))
