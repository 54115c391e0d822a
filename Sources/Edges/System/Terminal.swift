@preconcurrency import Glibc

/// Facts about the terminal that a command writes to.
package enum Terminal {
    /// Whether a descriptor (1: output, 2: errors) is a terminal rather than a file or a pipe.
    package static func isInteractive(_ descriptor: Int32 = 1) -> Bool { isatty(descriptor) == 1 }

    /// The width in columns; nil when the descriptor is no terminal.
    package static func columns(_ descriptor: Int32 = 1) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Text padded with spaces on the right to a number of columns; longer text stays as it is.
    package static func padded(_ text: String, to columns: Int) -> String {
        text + String(repeating: " ", count: max(0, columns - DisplayWidth.columns(of: text)))
    }
}
