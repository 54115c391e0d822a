internal import CSodium

/// Compares in a time that depends on the counts only, not on where the bytes differ.
package func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { constantTimeEqual(left, $0) } }
}

func constantTimeEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    guard let leftAddress = left.baseAddress, let rightAddress = right.baseAddress else {
        return true
    }
    return sodium_memcmp(leftAddress, rightAddress, left.count) == 0
}
