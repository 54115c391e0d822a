/// What one update did to the arena.
struct StateJournal: Sendable {
    /// Slots that the new version has and the one before had not.
    private(set) var created: [StateLink] = []

    /// Slots that the version before had and the new one has no longer.
    private(set) var stale: [StateLink] = []

    /// Leaves added less leaves removed.
    var countChange = 0

    /// Off while a first version is built, which can never be undone.
    var isRecording = true

    mutating func made(_ link: StateLink) {
        if isRecording { created.append(link) }
    }

    mutating func left(_ link: StateLink) { stale.append(link) }
}
