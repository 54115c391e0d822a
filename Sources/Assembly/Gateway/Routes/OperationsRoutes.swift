import Ledger
import Base
import Encoding
import HTTPServer
import Metrics
import Node

/// Health, metrics and the description of the API.
struct OperationsRoutes {
    let node: Node

    var all: [Route] {
        [
            Route(
                method: .get, path: "/healthz", access: .everyone,
                summary: "The process lives.",
                gives: [.json(Schema.object(("status", Schema.string)))]
            ) { exchange throws(APIError) in exchange.reply(["status": "ok"]) },
            Route(
                method: .get, path: "/readyz", access: .everyone,
                summary: "The node accepts transactions and knows the end of the chain.",
                gives: [.json(Schema.object(("status", Schema.string)))],
                refusals: [(503, "The node accepts nothing now, and why.")]
            ) { exchange throws(APIError) in
                if let refusal = node.unreadiness { throw APIError(503, refusal) }
                exchange.reply(["status": "ready"])
            },
            Route(
                method: .get, path: "/metrics", access: .everyone,
                summary: "Metrics in Prometheus' text format.", gives: [.text("text/plain")]
            ) { exchange throws(APIError) in
                exchange.reply(
                    HTTPResponse(
                        status: 200, headers: ["content-type": MetricsRegistry.contentType],
                        text: node.metrics.registry.render()))
            },
        ]
    }

    /// The description's own route, which describes itself too.
    static func description(of routes: [Route]) -> Route {
        Route(
            method: .get, path: "/openapi.json", access: .everyone,
            summary: "This description: OpenAPI 3.1, made from the routes.",
            gives: [.json(["type": "object"])]
        ) { exchange throws(APIError) in
            exchange.reply(OpenAPI.description(of: routes, version: Gateway.version))
        }
    }
}
