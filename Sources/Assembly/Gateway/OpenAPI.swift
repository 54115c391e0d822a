import Encoding
import HTTPServer

/// The OpenAPI 3.1 description, made from the routes themselves so that it cannot differ.
enum OpenAPI {
    static func description(of routes: [Route], version: String) -> JSONValue {
        var paths: [(path: String, operations: [JSONMember])] = []
        for route in routes {
            let member = JSONMember(route.method.rawValue.lowercased(), operation(route))
            if let index = paths.firstIndex(where: { $0.path == route.path }) {
                paths[index].operations.append(member)
            } else {
                paths.append((route.path, [member]))
            }
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Kanglian node", "version": .string(version),
                "summary": .string(
                    "A consortium health ledger: records sealed off chain, commitments, "
                        + "consents and the audit of every read on it."),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "paths": .object(paths.map { JSONMember($0.path, .object($0.operations)) }),
            "components": [
                "securitySchemes": ["session": ["type": "http", "scheme": "bearer"]],
                "schemas": ["Problem": problem],
            ],
        ]
    }

    private static let problem: JSONValue = [
        "type": "object", "required": ["code", "message", "message_zh"],
        "properties": [
            "code": ["type": "string"], "message": ["type": "string"],
            "message_zh": ["type": "string"],
        ],
    ]

    private static func operation(_ route: Route) -> JSONValue {
        var members: [JSONMember] = [
            JSONMember("operationId", .string(route.operationID)),
            JSONMember("summary", .string(route.summary)),
        ]
        if route.access == .session {
            members.append(JSONMember("security", [["session": []]]))
        }
        if !route.parameters.isEmpty {
            members.append(JSONMember("parameters", .array(route.parameters.map(parameter))))
        }
        if !route.takes.isEmpty {
            members.append(
                JSONMember(
                    "requestBody", ["required": true, "content": content(route.takes)]))
        }
        members.append(JSONMember("responses", responses(route)))
        return .object(members)
    }

    private static func parameter(_ parameter: RouteParameter) -> JSONValue {
        [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.isRequired), "description": .string(parameter.summary),
            "schema": parameter.schema,
        ]
    }

    private static func content(_ contents: [RouteContent]) -> JSONValue {
        .object(contents.map { JSONMember($0.mediaType, ["schema": $0.schema]) })
    }

    private static func responses(_ route: Route) -> JSONValue {
        var members = [
            JSONMember("200", ["description": "Done.", "content": content(route.gives)])
        ]
        var refusals = route.refusals
        if route.access == .session, !refusals.contains(where: { $0.status == 401 }) {
            refusals.append((401, "No session, or it has expired."))
        }
        if !route.parameters.isEmpty || !route.takes.isEmpty,
            !refusals.contains(where: { $0.status == 400 })
        {
            refusals.append((400, "The request is malformed."))
        }
        for (status, meaning) in refusals.sorted(by: { $0.status < $1.status }) {
            members.append(
                JSONMember(
                    String(status),
                    [
                        "description": .string(meaning),
                        "content": [
                            "application/json": [
                                "schema": ["$ref": "#/components/schemas/Problem"]
                            ]
                        ],
                    ]))
        }
        return .object(members)
    }
}
