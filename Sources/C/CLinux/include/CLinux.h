// What the Glibc module of Swift does not show of Linux, and bzip2.
#pragma once

#include <bzlib.h>
#include <stddef.h>
#include <stdint.h>

/// Names the calling thread; at most 15 bytes are kept. Returns 0 or an errno value.
int kl_name_thread(const char *name);

/// Syncs the whole file system that holds a descriptor. Returns 0, or -1 and errno.
int kl_sync_file_system(int descriptor);

/// A pipe whose ends are closed at exec. Returns 0, or -1 and errno.
int kl_pipe(int ends[2]);

/// Opens a file that is closed at exec. Returns a descriptor, or -1 and errno.
int kl_open(const char *path, int flags, unsigned int mode);

/// Writes a range of a file to the device and waits; no promise of durability. 0, or -1 and errno.
int kl_write_back(int descriptor, int64_t offset, int64_t count);

/// A descriptor that becomes readable when a child ends. -1 and errno on failure.
int kl_open_process(int process);

/// From now on a signal writes its number, one byte, into a pipe. 0, or -1 and errno.
int kl_route_signal(int signal, int pipe_end);

/// Gives a signal its default action back, and waits for no handler. 0, or -1 and errno.
int kl_restore_signal(int signal);

/// Ignores a signal, such as SIGPIPE. 0, or -1 and errno.
int kl_ignore_signal(int signal);

/// The text of an errno value, in the buffer or a constant; safe on any thread.
const char *kl_error_text(int code, char *buffer, size_t count);
