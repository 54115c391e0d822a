import FHIRSearch
import IndexSQL

/// What SQLite's planner is told of the tables, in place of measuring them.
///
/// A large index has these proportions: a resource has some twenty terms, a parameter's value has
/// thousands of resources. Without them SQLite takes a list of a common value for as short as the
/// few terms of one resource, and reads it again for each. Being fixed, plans never change.
///
/// Source: SQLite, "The SQLite Query Optimizer Overview" and the format of `sqlite_stat1`.
enum SQLiteStatistics {
    /// For each index (a table's own name is its primary key) the number of rows, and how many of
    /// them have the same first column, the same first two, and so on.
    private static let all: [(table: String, index: String, counts: String)] = [
        ("term_token", "term_token", "10000000 20 2 1 1 1"),
        ("term_token", "term_token_value", "10000000 100000 5000 4000 1 1"),
        ("term_text", "term_text", "2000000 8 2 1 1 1"),
        ("term_text", "term_text_value", "2000000 100000 500 1 1 1"),
        ("term_date", "term_date", "2000000 4 2 1 1 1"),
        ("term_date", "term_date_value", "2000000 100000 20 20 1 1"),
        ("term_number", "term_number", "4000000 12 3 1 1 1 1"),
        ("term_number", "term_number_value", "4000000 200000 60000 200 1 1 1"),
        ("term_reference", "term_reference", "5000000 6 2 1 1 1"),
        ("term_reference", "term_reference_value", "5000000 200 100 1 1 1"),
        ("resource", "resource_name", "1000000 10000 1"),
        ("resource", "resource_scope", "1000000 1000 100 1"),
        ("resource", "resource_updated", "1000000 5"),
        ("version", "version_number", "1000000 2 1"),
        ("version", "version_type", "1000000 10000 1"),
    ]

    /// Writes the figures; a connection knows them from its next opening on.
    static func write(_ connection: SQLiteConnection) throws(IndexError) {
        // Makes the table of statistics, whatever it finds.
        try connection.run("ANALYZE")
        try connection.run("DELETE FROM sqlite_stat1")
        for (table, index, counts) in all {
            try connection.run(
                "INSERT INTO sqlite_stat1 VALUES ('\(table)', '\(index)', '\(counts)')")
        }
    }
}
