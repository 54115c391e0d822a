// Zstandard's simple interface.
#pragma once
#include <zstd.h>
