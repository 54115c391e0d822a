/// The exit codes of every command; scripts may rely on them.
enum ExitCode: Int32, Sendable, CaseIterable {
    case success = 0
    /// A rule refused what was asked, such as a read without consent.
    case refused = 1
    /// The command line was not understood.
    case usage = 2
    /// A file or a thing on the chain was not found, or could not be read.
    case notFound = 3
    /// A receipt, a chain or a suite did not pass its checks.
    case verification = 4
    /// The node, the network or the disk does not answer; trying again may help.
    case unavailable = 5
    /// A mistake in Kanglian itself.
    case failure = 70
}
