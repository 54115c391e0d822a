import HTTPServer

/// A static file that the gateway serves beside the API: the first page and what belongs to it.
package struct GatewayPage: Sendable {
    let path: String
    let contentType: String
    let bytes: [UInt8]

    package init(path: String, contentType: String, bytes: [UInt8]) {
        (self.path, self.contentType, self.bytes) = (path, contentType, bytes)
    }
}

/// Pages under a policy that allows nothing from elsewhere.
struct PageRoutes {
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    let pages: [GatewayPage]

    var all: [Route] {
        pages.map { page in
            Route(
                method: .get, path: page.path, access: .everyone, summary: "The first page.",
                gives: [.text(page.contentType)]
            ) { exchange throws(APIError) in
                exchange.reply(
                    HTTPResponse(
                        status: 200,
                        headers: [
                            "content-type": page.contentType,
                            "content-security-policy": Self.policy, "cache-control": "no-cache",
                        ],
                        body: .bytes(page.bytes)))
            }
        }
    }
}
