/// Which scopes are visible: bit `n % 8`, from the lowest on, of byte `n / 8` stands for scope `n`.
package struct ScopeBitmap: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Numbers from here on have no bit; they are given from 1 on, so there are hardly any.
    package static let limit: Int64 = 1 << 24

    package init(_ numbers: [Int64]) {
        let last = numbers.filter { $0 < Self.limit }.max() ?? 0
        var bytes = [UInt8](repeating: 0, count: Int(max(0, last)) / 8 + 1)
        for number in numbers where (0..<Self.limit).contains(number) {
            bytes[Int(number / 8)] |= 1 << UInt8(number % 8)
        }
        self.bytes = bytes
    }

    package func contains(_ number: Int64) -> Bool {
        guard number >= 0, number < Int64(bytes.count) * 8 else { return false }
        return bytes[Int(number / 8)] >> UInt8(number % 8) & 1 == 1
    }
}
