import Encoding
import FHIRDefinitions

/// The OpenAPI 3.1 description of a FHIR server, for tools that do not read CapabilityStatements.
enum FHIRDescription {
    private static let id: JSONValue = [
        "type": "string", "pattern": "^[A-Za-z0-9.\\-]{1,64}$",
    ]
    private static let resource: JSONValue = [
        "type": "object", "required": ["resourceType"],
        "properties": ["resourceType": ["type": "string"]],
    ]

    private static let patch: JSONValue = ["type": "array", "items": ["type": "object"]]

    static func document(of service: FHIRService) -> JSONValue {
        let types = service.offeredTypes
        let type: JSONValue = [
            "type": "string", "enum": .array(types.map { .string($0.name) }),
        ]
        let inType = [parameter("type", "path", type)]
        let inResource = inType + [parameter("id", "path", id)]
        let search = [
            parameter("_count", "query", ["type": "integer", "minimum": 0], needed: false),
            parameter("_id", "query", ["type": "string"], needed: false),
            parameter("_lastUpdated", "query", ["type": "string"], needed: false),
            parameter("_sort", "query", ["type": "string"], needed: false),
            parameter("_include", "query", ["type": "string"], needed: false),
            parameter("_page", "query", ["type": "string"], needed: false),
            parameter("code", "query", ["type": "string"], needed: false),
            parameter("date", "query", ["type": "string"], needed: false),
            parameter("patient", "query", ["type": "string"], needed: false),
        ]
        return [
            "openapi": "3.1.0",
            "info": ["title": "Kanglian FHIR R4", "version": "0.1.0"],
            "servers": [["url": .string(service.address.base)]],
            "components": [
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]]
            ], "security": [["token": []]],
            "paths": [
                "/metadata": ["get": operation("What the server does.", [], isOpen: true)],
                "/": [
                    "get": operation("Search all types.", search),
                    "post": operation("A batch or transaction.", [], body: resource),
                ],
                "/{type}": [
                    "get": operation("Search a type.", inType + search),
                    "post": operation("Create a resource.", inType, body: resource),
                    "put": operation(
                        "Update the one resource that a search finds.", inType + search,
                        body: resource),
                    "patch": operation(
                        "Patch the one resource that a search finds.", inType + search,
                        body: patch, media: "application/json-patch+json"),
                    "delete": operation(
                        "Delete the one resource that a search finds.", inType + search),
                ],
                "/{type}/_history": ["get": operation("The history of a type.", inType)],
                "/{type}/{id}": [
                    "get": operation("Read a resource.", inResource),
                    "put": operation("Update a resource.", inResource, body: resource),
                    "patch": operation(
                        "Patch a resource.", inResource,
                        body: patch, media: "application/json-patch+json"),
                    "delete": operation("Delete a resource.", inResource),
                ],
                "/{type}/{id}/_history": [
                    "get": operation("The history of a resource.", inResource)
                ],
                "/{type}/{id}/_history/{version}": [
                    "get": operation(
                        "Read a version.",
                        inResource + [parameter("version", "path", ["type": "string"])])
                ],
                "/{type}/$validate": [
                    "post": operation("Check a resource.", inType, body: resource)
                ],
                "/ValueSet/$expand": both(
                    "The codes of a value set.",
                    [
                        parameter("url", "query", ["type": "string"]),
                        parameter("filter", "query", ["type": "string"], needed: false),
                    ]),
                "/Patient/{id}/$everything": both(
                    "Everything about a patient.", [parameter("id", "path", id)]),
            ],
        ]
    }

    private static func parameter(
        _ name: String, _ place: String, _ schema: JSONValue, needed: Bool = true
    ) -> JSONValue {
        [
            "name": .string(name), "in": .string(place), "required": .bool(needed),
            "schema": schema,
        ]
    }

    /// An operation that changes nothing, which GET and POST call.
    private static func both(_ summary: String, _ parameters: [JSONValue]) -> JSONValue {
        ["get": operation(summary, parameters), "post": operation(summary, parameters)]
    }

    private static func operation(
        _ summary: String, _ parameters: [JSONValue], body: JSONValue? = nil,
        media: String = "application/fhir+json", isOpen: Bool = false
    ) -> JSONValue {
        var operation: JSONValue = [
            "summary": .string(summary), "parameters": .array(parameters),
            "responses": [
                "2XX": ["description": "Done."],
                "4XX": [
                    "description": "Refused, with an OperationOutcome.",
                    "content": ["application/fhir+json": ["schema": resource]],
                ],
            ],
        ]
        if let body {
            operation["requestBody"] = [
                "required": true, "content": .object([JSONMember(media, ["schema": body])]),
            ]
        }
        if isOpen { operation["security"] = .array([]) }
        return operation
    }
}
