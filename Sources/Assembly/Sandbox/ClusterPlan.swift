import Base
import Encoding
import System

/// What `kanglian cluster up` remembers of a zone between two starts: `cluster.json` in its folder.
package struct ClusterPlan: Hashable, Sendable {
    package static let format = "kanglian-cluster-1"
    private static let byteCount = 64 << 10

    /// The zone's name, which is written when it is founded.
    package var name = SampleZone.Options().name
    /// Seed of the samples.
    package var seed = SampleZone.Options().seed
    /// The port of each node's API.
    package var ports: [UInt16]
    /// For each etcd member that runs beside the nodes a port for clients and one for members.
    package var etcdPorts: [UInt16] = []
    /// Whether the zone has been founded and its samples imported.
    package var isFounded = false

    package init(ports: [UInt16]) { self.ports = ports }

    private static func file(_ folder: String) -> String { folder + "/cluster.json" }

    /// Reads the plan in a zone's folder.
    package static func read(_ folder: String) throws -> ClusterPlan {
        let bytes = try FileSystem.read(file(folder), limit: byteCount)
        func ports(_ value: JSONValue?) -> [UInt16]? {
            let ports = (value?.elements ?? []).map {
                $0.integerValue.flatMap(UInt16.init(exactly:))
            }
            return ports.contains(nil) ? nil : ports.compactMap { $0 }
        }
        guard let value = try? JSONValue(parsing: bytes), value["format"]?.stringValue == format,
            let name = value["name"]?.stringValue,
            let seed = value["seed"]?.numberText.flatMap({ UInt64($0) }),
            let own = ports(value["ports"]), let etcd = ports(value["etcd_ports"]),
            etcd.count.isMultiple(of: 2), let isFounded = value["founded"]?.boolValue,
            value.members.count == 6
        else {
            throw Refusal(
                "cluster.plan", "\(file(folder)) is not a cluster's plan. Make the zone anew.",
                "\(file(folder)) 不是集群计划文件。请重新建区。")
        }
        var plan = ClusterPlan(ports: own)
        (plan.name, plan.seed, plan.etcdPorts, plan.isFounded) = (name, seed, etcd, isFounded)
        return plan
    }

    /// Writes the plan into a zone's folder.
    package func write(_ folder: String) throws {
        let value: JSONValue = [
            "format": .string(Self.format), "name": .string(name), "seed": .integer(seed),
            "ports": .array(ports.map { .integer($0) }),
            "etcd_ports": .array(etcdPorts.map { .integer($0) }), "founded": .bool(isFounded),
        ]
        try FileSystem.writeAtomically(Self.file(folder), value.serialized(pretty: true) + [10])
    }
}
