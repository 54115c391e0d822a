import Base
import Encoding
import FHIRDefinitions
import FHIRPath

/// One operation of a patch at work.
struct FHIRPatchStep {
    /// Its place in the patch, for errors.
    let index: Int
    let operation: FHIRPatch.Operation
    let table: DefinitionTable
    let now: Timestamp

    func apply(to resource: JSONValue) throws(FHIRPatchError) -> JSONValue {
        let nodes = try found(in: resource)
        switch operation.kind {
        case .add: return try add(to: try single(nodes), in: resource)
        case .delete:
            // What is not there needs no deleting.
            guard let node = nodes.first else { return resource }
            guard nodes.count == 1 else { throw .several(operation: index) }
            return try delete(node, from: resource)
        case .replace: return try replace(try single(nodes), in: resource)
        case .insert: return try insert(into: nodes, in: resource)
        case .move: return try move(nodes, in: resource)
        }
    }

    // MARK: Places

    private func found(in resource: JSONValue) throws(FHIRPatchError) -> [PathNode] {
        let items: [PathItem]
        do throws(PathError) {
            var environment = PathEnvironment(table: table, now: now)
            environment.isStrict = true
            items = try CompiledPath(operation.path).evaluate(
                on: PathNode(resource: resource, place: .root), in: environment)
        } catch {
            throw .path(operation: index, error)
        }
        var nodes: [PathNode] = []
        for item in items {
            guard case .node(let node) = item, node.place != nil else {
                throw .notAnElement(operation: index)
            }
            nodes.append(node)
        }
        return nodes
    }

    private func single(_ nodes: [PathNode]) throws(FHIRPatchError) -> PathNode {
        guard let node = nodes.first else { throw .nothing(operation: index) }
        guard nodes.count == 1 else { throw .several(operation: index) }
        return node
    }

    /// The way to the container of a node, and the last step.
    private func split(
        _ node: PathNode
    ) throws(FHIRPatchError) -> (way: ArraySlice<PathPlace.Step>, last: PathPlace.Step) {
        guard let steps = node.place?.steps, let last = steps.last else {
            throw .wholeResource(operation: index)
        }
        return (steps.dropLast(), last)
    }

    // MARK: Changes

    private func add(
        to node: PathNode, in resource: JSONValue
    ) throws(FHIRPatchError) -> JSONValue {
        guard let name = operation.name, let container = table.container(node.contentPath),
            let first = container.member(named: name).first
        else { throw .unknownElement(operation: index) }
        guard let content = operation.value?.content(of: name, in: container, table) else {
            throw .wrongValue(operation: index)
        }
        let isThere = node.value.members.contains { member in
            let key = member.key.hasPrefix("_") ? String(member.key.dropFirst()) : member.key
            return container.member(jsonName: key)?.element.path == first.element.path
        }
        guard content.isList || !isThere else { throw .alreadyThere(operation: index) }
        return resource.changed(node.place?.steps[...] ?? []) { $0.append(content) }
    }

    private func delete(
        _ node: PathNode, from resource: JSONValue
    ) throws(FHIRPatchError) -> JSONValue {
        let (way, last) = try split(node)
        return resource.changed(way) { $0.remove(last) }
    }

    private func replace(
        _ node: PathNode, in resource: JSONValue
    ) throws(FHIRPatchError) -> JSONValue {
        let (way, last) = try split(node)
        let content = try content(like: last, at: way, in: resource)
        return resource.changed(way) { $0.replace(last, by: content) }
    }

    private func insert(
        into nodes: [PathNode], in resource: JSONValue
    ) throws(FHIRPatchError) -> JSONValue {
        let (way, last) = try list(nodes)
        guard let place = operation.index, (0...nodes.count).contains(place) else {
            throw .outOfRange(operation: index)
        }
        let content = try content(like: last, at: way, in: resource)
        return resource.changed(way) { $0.insert(content, at: place) }
    }

    private func move(
        _ nodes: [PathNode], in resource: JSONValue
    ) throws(FHIRPatchError) -> JSONValue {
        let (way, last) = try list(nodes)
        guard let source = operation.source, let destination = operation.destination,
            nodes.indices.contains(source), nodes.indices.contains(destination)
        else { throw .outOfRange(operation: index) }
        return resource.changed(way) { container in
            for key in [last.key, "_" + last.key] {
                container.changeList(key, of: nodes.count, isWanted: false) {
                    $0.insert($0.remove(at: source), at: destination)
                }
            }
        }
    }

    /// The list that the nodes are, all of it and in order.
    private func list(
        _ nodes: [PathNode]
    ) throws(FHIRPatchError) -> (way: ArraySlice<PathPlace.Step>, last: PathPlace.Step) {
        guard let first = nodes.first else { throw .nothing(operation: index) }
        let (way, last) = try split(first)
        for (position, node) in nodes.enumerated() {
            let (otherWay, other) = try split(node)
            guard otherWay == way, other == PathPlace.Step(last.key, position) else {
                throw .notAList(operation: index)
            }
        }
        return (way, last)
    }

    /// The operation's value as an element of the same name as the one at a step.
    private func content(
        like last: PathPlace.Step, at way: ArraySlice<PathPlace.Step>, in resource: JSONValue
    ) throws(FHIRPatchError) -> PatchValue.Content {
        var path = resource["resourceType"]?.stringValue ?? ""
        var value = resource
        for step in way {
            value = value.child(step) ?? .null
            let key = step.key.hasPrefix("_") ? String(step.key.dropFirst()) : step.key
            guard let member = table.container(path)?.member(jsonName: key) else {
                throw .unknownElement(operation: index)
            }
            path =
                step.key.hasPrefix("_")
                ? "Element"
                : member.type == "Resource"
                    ? value["resourceType"]?.stringValue ?? "" : table.contentPath(of: member)
        }
        guard let container = table.container(path),
            let member = container.member(jsonName: last.key)
        else { throw .unknownElement(operation: index) }
        guard let content = operation.value?.content(of: member.element.name, in: container, table)
        else { throw .wrongValue(operation: index) }
        return content
    }
}
