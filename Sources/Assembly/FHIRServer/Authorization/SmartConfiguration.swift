import Encoding

/// What `.well-known/smart-configuration` says (SMART App Launch 2.0, "Conformance").
enum SmartConfiguration {
    static func document(_ tokens: TokenDesk) -> JSONValue {
        [
            "token_endpoint": .string(tokens.endpoint),
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": [
                "RS384", "ES384", "ES256", "EdDSA",
            ],
            "grant_types_supported": ["client_credentials"],
            "scopes_supported": ["system/*.rs", "system/*.cruds", "user/*.cruds", "patient/*.rs"],
            "capabilities": [
                "client-confidential-asymmetric", "permission-v1", "permission-v2",
            ],
        ]
    }
}
