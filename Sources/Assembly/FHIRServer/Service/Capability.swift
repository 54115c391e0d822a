import Base
import Encoding
import FHIRDefinitions

/// The server's CapabilityStatement, made from what the server has (FHIR R4 §5.1).
enum Capability {
    private static let interactions = [
        "read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create",
        "search-type",
    ]

    /// Operations of the system; those of types stand there too, as clients look for them here.
    private static let operations = [
        ("export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"),
        ("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"),
        ("meta", "http://hl7.org/fhir/OperationDefinition/Resource-meta"),
        ("everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything"),
        ("expand", "http://hl7.org/fhir/OperationDefinition/ValueSet-expand"),
        ("validate-code", "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code"),
        ("lookup", "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup"),
        ("subsumes", "http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes"),
    ]

    private static func operation(_ operation: (name: String, definition: String)) -> JSONValue {
        ["name": .string(operation.name), "definition": .string(operation.definition)]
    }

    static func statement(of service: FHIRService) -> JSONValue {
        let types = service.offeredTypes
        return [
            "resourceType": "CapabilityStatement", "status": "active",
            "date": .string(service.clock().rfc3339), "kind": "instance",
            "software": ["name": "Kanglian", "version": "0.1.0"],
            "implementation": [
                "description": "Health records of one institution, under the residents' consent",
                "url": .string(service.address.base),
            ],
            "fhirVersion": "4.0.1", "format": ["json"],
            "patchFormat": ["application/json-patch+json", "application/fhir+json"],
            "rest": [
                [
                    "mode": "server", "security": security(service),
                    "resource": .array(types.map { resource($0, service) }),
                    "interaction": [
                        ["code": "transaction"], ["code": "batch"], ["code": "search-system"],
                        ["code": "history-system"],
                    ],
                    "operation": .array(operations.map(operation)),
                ]
            ],
        ]
    }

    private static func security(_ service: FHIRService) -> JSONValue {
        [
            "service": [
                [
                    "coding": [
                        [
                            "system":
                                "http://terminology.hl7.org/CodeSystem/restful-security-service",
                            "code": "SMART-on-FHIR",
                        ]
                    ]
                ]
            ],
            "extension": [
                [
                    "url":
                        "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                    "extension": [
                        ["url": "token", "valueUri": .string(service.address.base + "/token")]
                    ],
                ]
            ],
        ]
    }

    private static func resource(_ type: TypeDefinition, _ service: FHIRService) -> JSONValue {
        let parameters = service.table.searchParameters.filter {
            $0.bases.contains(type.name) && $0.kind != .special && $0.expression != nil
        }
        let search: JSONValue = .array(
            parameters.map {
                [
                    "name": .string($0.code), "definition": .string($0.url),
                    "type": .string($0.kind.rawValue),
                ]
            })
        guard type.name != Subscriptions.type else { return subscription(type, search) }
        return [
            "type": .string(type.name), "profile": .string(type.url),
            "interaction": .array(interactions.map { ["code": .string($0)] }),
            "versioning": "versioned-update", "readHistory": true, "updateCreate": true,
            "conditionalCreate": true, "conditionalRead": "not-match", "conditionalUpdate": true,
            "conditionalDelete": "single", "searchParam": search,
        ]
    }

    private static func subscription(_ type: TypeDefinition, _ search: JSONValue) -> JSONValue {
        [
            "type": .string(type.name), "profile": .string(type.url),
            "documentation": "Channel rest-hook; the operator lists the endpoints",
            "interaction": [
                ["code": "read"], ["code": "create"], ["code": "update"], ["code": "delete"],
                ["code": "search-type"],
            ],
            "versioning": "versioned-update", "readHistory": false, "updateCreate": false,
            "searchParam": search,
        ]
    }
}
