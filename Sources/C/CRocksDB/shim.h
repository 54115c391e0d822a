// RocksDB's C interface. Its macros and variadic functions are not used.
#pragma once
#include <rocksdb/c.h>
