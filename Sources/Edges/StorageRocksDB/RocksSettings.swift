import CRocksDB

/// How a RocksDB store is laid out; chosen for two cores and one writer.
package struct RocksSettings: Hashable, Sendable {
    /// How tables on disk are compressed.
    package enum Compression: Hashable, Sendable {
        /// Fastest; digests and ciphertext do not shrink anyway.
        case none
        /// For state with much repeated text.
        case lz4
    }

    /// Memory of one write buffer; up to three exist while the disk is slow.
    package var writeBufferByteCount = 64 << 20

    /// Memory for blocks read from disk.
    package var cacheByteCount = 128 << 20

    package var compression = Compression.none

    package init() {}
}

/// RocksDB's option objects; freed together.
// @unchecked: written in init alone, then only read, as RocksDB allows from any thread.
final class RocksOptions: @unchecked Sendable {
    let options: OpaquePointer?
    let read: OpaquePointer?
    let write: OpaquePointer?
    let flush: OpaquePointer?

    /// Every option that matters is set, whatever the library's default.
    init(_ settings: RocksSettings) {
        let table = rocksdb_block_based_options_create()
        let cache = rocksdb_cache_create_lru(settings.cacheByteCount)
        // Ten bits a whole key: one absent key in a hundred costs a disk read. Table owns it.
        rocksdb_block_based_options_set_filter_policy(
            table, rocksdb_filterpolicy_create_bloom_full(10))
        rocksdb_block_based_options_set_whole_key_filtering(table, 1)
        rocksdb_block_based_options_set_block_cache(table, cache)
        rocksdb_block_based_options_set_block_size(table, 4096)
        rocksdb_block_based_options_set_format_version(table, 5)
        rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 0)
        rocksdb_cache_destroy(cache)

        options = rocksdb_options_create()
        rocksdb_options_set_block_based_table_factory(options, table)
        rocksdb_block_based_options_destroy(table)
        rocksdb_options_set_create_if_missing(options, 1)
        rocksdb_options_set_paranoid_checks(options, 1)
        rocksdb_options_set_max_background_jobs(options, 2)
        rocksdb_options_set_max_open_files(options, 512)
        rocksdb_options_set_write_buffer_size(options, settings.writeBufferByteCount)
        rocksdb_options_set_max_write_buffer_number(options, 3)
        rocksdb_options_set_target_file_size_base(options, 64 << 20)
        rocksdb_options_set_max_bytes_for_level_base(options, 256 << 20)
        rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1)
        rocksdb_options_set_bytes_per_sync(options, 1 << 20)
        rocksdb_options_set_use_fsync(options, 0)
        // Absent keys are common (is this id new?): a filter before the write buffers, too.
        rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, 0.02)
        rocksdb_options_set_memtable_whole_key_filtering(options, 1)
        // One writer: no locks between concurrent ones.
        rocksdb_options_set_allow_concurrent_memtable_write(options, 0)
        rocksdb_options_set_enable_pipelined_write(options, 0)
        rocksdb_options_set_unordered_write(options, 0)
        rocksdb_options_set_max_log_file_size(options, 4 << 20)
        rocksdb_options_set_keep_log_file_num(options, 4)
        rocksdb_options_set_stats_dump_period_sec(options, 0)
        let compression =
            switch settings.compression {
            case .none: rocksdb_no_compression
            case .lz4: rocksdb_lz4_compression
            }
        rocksdb_options_set_compression(options, Int32(compression))

        read = rocksdb_readoptions_create()
        rocksdb_readoptions_set_verify_checksums(read, 1)
        write = rocksdb_writeoptions_create()
        // The block log is the write-ahead log.
        rocksdb_writeoptions_disable_WAL(write, 1)
        rocksdb_writeoptions_set_sync(write, 0)
        flush = rocksdb_flushoptions_create()
        rocksdb_flushoptions_set_wait(flush, 1)
    }

    deinit {
        rocksdb_flushoptions_destroy(flush)
        rocksdb_writeoptions_destroy(write)
        rocksdb_readoptions_destroy(read)
        rocksdb_options_destroy(options)
    }
}
