import CSQLCipher
import FHIRSearch
import IndexSQL

/// The visible scopes of a connection, which its statements ask by the function `visible`.
// @unchecked: belongs to one connection, which one thread has at a time.
final class ScopeSet: @unchecked Sendable {
    private var shown: [Int64] = []
    private var bitmap = ScopeBitmap([])
    private var large: Set<Int64> = []

    func set(_ visible: Visibility) {
        guard case .scopes(let numbers) = visible else { return set([]) }
        set(numbers)
    }

    private func set(_ numbers: [Int64]) {
        guard numbers != shown else { return }
        (shown, bitmap) = (numbers, ScopeBitmap(numbers))
        large = Set(numbers.filter { $0 >= ScopeBitmap.limit })
    }

    private func contains(_ number: Int64) -> Bool {
        number < ScopeBitmap.limit ? bitmap.contains(number) : large.contains(number)
    }

    /// Makes the function known to a connection, which must not live longer than this.
    func register(on handle: OpaquePointer) throws(IndexError) {
        let status = sqlite3_create_function_v2(
            handle, "visible", 1, SQLITE_UTF8, Unmanaged.passUnretained(self).toOpaque(),
            { context, _, arguments in
                guard let data = sqlite3_user_data(context), let number = arguments?[0] else {
                    return
                }
                let set = Unmanaged<ScopeSet>.fromOpaque(data).takeUnretainedValue()
                let isVisible = set.contains(sqlite3_value_int64(number))
                sqlite3_result_int(context, isVisible ? 1 : 0)
            }, nil, nil, nil)
        guard status == SQLITE_OK else {
            throw .unavailable(String(cString: sqlite3_errmsg(handle)))
        }
    }
}
