import CSQLCipher
import FHIRSearch

/// The visible scopes of a connection, which its statements ask by the function `visible`.
// @unchecked: belongs to one connection, which one thread has at a time.
final class ScopeSet: @unchecked Sendable {
    private var words: [UInt64] = []
    private var large: Set<Int64> = []

    /// Scopes above are kept in a set; numbers are given from 1 on, so there are hardly any.
    private static let bitLimit: Int64 = 1 << 24

    func set(_ visible: Visibility) {
        (words, large) = ([], [])
        guard case .scopes(let numbers) = visible, let last = numbers.max() else { return }
        words = [UInt64](repeating: 0, count: Int(max(0, min(last, Self.bitLimit))) / 64 + 1)
        for number in numbers where number >= 0 {
            if number < Self.bitLimit {
                words[Int(number / 64)] |= 1 << UInt64(number % 64)
            } else {
                large.insert(number)
            }
        }
    }

    private func contains(_ number: Int64) -> Bool {
        guard number >= 0, number < Self.bitLimit else { return large.contains(number) }
        let place = Int(number / 64)
        return place < words.count && words[place] >> UInt64(number % 64) & 1 == 1
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
