/// Where an element lies in the resource that a path started from.
///
/// Immutable, so that it can be shared.
package final class PathPlace: Sendable {
    /// A member of an object, or one element of its list.
    package struct Step: Hashable, Sendable {
        /// The name in JSON, such as `valueQuantity` or `_birthDate`.
        package let key: String
        /// The position in the list; nil where there is none.
        package let index: Int?

        package init(_ key: String, _ index: Int? = nil) { (self.key, self.index) = (key, index) }
    }

    private let parent: PathPlace?
    private let step: Step?

    private init(_ parent: PathPlace?, _ step: Step?) { (self.parent, self.step) = (parent, step) }

    /// The place of the resource itself.
    package static let root = PathPlace(nil, nil)

    func child(_ key: String, _ index: Int?) -> PathPlace { PathPlace(self, Step(key, index)) }

    /// The object beside a primitive, which holds its id and extensions.
    var shadow: PathPlace {
        PathPlace(parent, step.map { Step("_" + $0.key, $0.index) })
    }

    /// The way from the resource to here.
    package var steps: [Step] {
        var (steps, current): ([Step], PathPlace?) = ([], self)
        while let place = current {
            if let step = place.step { steps.append(step) }
            current = place.parent
        }
        return steps.reversed()
    }
}
