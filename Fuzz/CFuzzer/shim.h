#pragma once
#include <stddef.h>
#include <stdint.h>

// libFuzzer as a function (compiler-rt, FuzzerInterface): runs the callback on inputs until its
// options say stop, and returns the exit status. The runtime comes with -sanitize=fuzzer.
int LLVMFuzzerRunDriver(
    int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
