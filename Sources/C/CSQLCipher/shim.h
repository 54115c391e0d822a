// SQLite with encrypted pages. SQLITE_HAS_CODEC declares the functions that take the key.
#pragma once
#define SQLITE_HAS_CODEC 1
#include <sqlite3.h>
