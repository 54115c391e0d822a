/// Things to come in the order of their time; among equals, in the order in which they were added.
struct EventQueue<Event> {
    private struct Entry {
        let time: UInt64
        let number: UInt64
        let slot: Int
    }

    private var heap: [Entry] = []
    private var slots: [Event?] = []
    private var free: [Int] = []
    private var next: UInt64 = 0

    var count: Int { heap.count }
    var firstTime: UInt64? { heap.first?.time }

    mutating func add(_ event: Event, at time: UInt64) {
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            slots[slot] = event
        } else {
            slot = slots.count
            slots.append(event)
        }
        heap.append(Entry(time: time, number: next, slot: slot))
        next += 1
        rise(heap.count - 1)
    }

    mutating func removeFirst() -> (time: UInt64, event: Event)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        free.append(first.slot)
        guard let event = slots[first.slot].take() else { return nil }
        return (first.time, event)
    }

    private func isEarlier(_ left: Entry, _ right: Entry) -> Bool {
        left.time != right.time ? left.time < right.time : left.number < right.number
    }

    private mutating func rise(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard isEarlier(heap[index], heap[parent]) else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func sink() {
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if isEarlier(heap[child], heap[least]) { least = child }
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
