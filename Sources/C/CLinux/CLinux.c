#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int kl_name_thread(const char *name) {
    char kept[16] = {0};
    strncpy(kept, name, sizeof kept - 1);
    return pthread_setname_np(pthread_self(), kept);
}

int kl_sync_file_system(int descriptor) { return syncfs(descriptor); }

int kl_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int kl_open(const char *path, int flags, unsigned int mode) {
    return open(path, flags | O_CLOEXEC, mode);
}

int kl_write_back(int descriptor, int64_t offset, int64_t count) {
    return sync_file_range(descriptor, offset, count,
                           SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                               SYNC_FILE_RANGE_WAIT_AFTER);
}

int kl_open_process(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

// One pipe end a signal, plus one so that zero means none. Atomic: handlers run on any thread.
static _Atomic int signal_pipes[NSIG];

static void write_signal(int signal) {
    int saved = errno;
    int end = atomic_load(&signal_pipes[signal]) - 1;
    unsigned char byte = (unsigned char)signal;
    if (end >= 0) {
        ssize_t written = write(end, &byte, 1);
        (void)written;
    }
    errno = saved;
}

static int set_handler(int signal, void (*handler)(int)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    return sigaction(signal, &action, NULL);
}

int kl_route_signal(int signal, int pipe_end) {
    if (signal <= 0 || signal >= NSIG) {
        errno = EINVAL;
        return -1;
    }
    atomic_store(&signal_pipes[signal], pipe_end + 1);
    return set_handler(signal, write_signal);
}

int kl_restore_signal(int signal) {
    int result = set_handler(signal, SIG_DFL);
    if (signal > 0 && signal < NSIG) atomic_store(&signal_pipes[signal], 0);
    return result;
}

int kl_ignore_signal(int signal) { return set_handler(signal, SIG_IGN); }

const char *kl_error_text(int code, char *buffer, size_t count) {
    return strerror_r(code, buffer, count);
}
