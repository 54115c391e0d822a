package import Base
package import Encoding
package import Ledger

/// One business on the ledger: a name, a version and its calls.
///
/// A contract is a value without stored state; everything it remembers is in its tables.
package protocol Contract: Sendable {
    /// The name that transactions use, such as `records`.
    static var name: String { get }
    /// Raised with every change of behaviour; part of every header.
    static var version: UInt64 { get }
    /// All calls, in any order; names must differ.
    static var calls: [CallDefinition] { get }
    /// Every refusal of its rules, so that a code on the chain can be explained to people.
    static var refusals: [Refusal] { get }
}

extension Contract {
    /// A contract without rules of its own refuses nothing.
    package static var refusals: [Refusal] { [] }
}

/// A rule about who may call: it throws when the caller may not.
package struct Guard: Sendable {
    let check: @Sendable (CallContext) throws(CallFailure) -> Void

    package init(_ check: @escaping @Sendable (CallContext) throws(CallFailure) -> Void) {
        self.check = check
    }

    /// Everybody with a valid signature may call; the call decides by its own rules.
    package static let anyone = Guard { (_) throws(CallFailure) in }

    /// Only the zone's authority may call.
    package static let authority = Guard { (context) throws(CallFailure) in
        guard context.sender == context.block.authority else {
            throw .because(CallRefusal.notAuthority)
        }
    }
}

/// One call of a contract: its name, who may call, the type of its arguments and its rules.
package struct CallDefinition: Sendable {
    /// The name that transactions use, such as `write`.
    package let name: String

    let run: @Sendable ([UInt8], CallContext) throws(CallFailure) -> Void

    /// A call under `name`.
    ///
    /// All guards must pass before the arguments are decoded, strictly, as the given type. The body
    /// holds the rules: it writes through tables and throws to undo everything.
    package init<Arguments: CBORCodable>(
        _ name: String, _ arguments: Arguments.Type, _ guards: Guard...,
        body: @escaping @Sendable (Arguments, CallContext) throws(CallFailure) -> Void
    ) {
        self.name = name
        run = { (bytes, context) throws(CallFailure) in
            for rule in guards { try rule.check(context) }
            let decoded: Arguments
            do throws(CBORError) {
                decoded = try Arguments(decoding: bytes)
            } catch {
                throw .malformed(error)
            }
            try body(decoded, context)
        }
    }
}

extension Call {
    /// A call of a contract with typed arguments.
    package init<Arguments: CBORCodable>(
        _ contract: any Contract.Type, _ name: String, _ arguments: Arguments
    ) {
        self.init(module: contract.name, name: name, arguments: arguments.encoded)
    }
}
