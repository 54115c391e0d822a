import System

/// Which build this is.
enum Build {
    /// The commit of the working folder, or `unknown` outside of a checkout.
    static var commit: String {
        let words = ["git", "rev-parse", "--short=12", "HEAD"]
        guard let result = try? ProcessRunner.run(words), result.end == .exited(0) else {
            return "unknown"
        }
        return String(result.text.prefix { !$0.isWhitespace })
    }
}
