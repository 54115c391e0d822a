// SQLite with encrypted pages. SQLITE_HAS_CODEC declares the functions that take the key.
#pragma once
#define SQLITE_HAS_CODEC 1
#include <sqlite3.h>

// Before the first connection: no counting of memory, whose lock all connections would share.
// sqlite3_config takes a variable number of arguments, which Swift cannot call.
static inline int kanglian_sqlite3_no_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
