import Console
import HTTPServer

/// The first page and its files, under a policy that allows nothing from elsewhere.
enum ConsoleRoutes {
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    static var all: [Route] {
        ConsoleFiles.paths.map { path in
            Route(
                method: .get, path: path, access: .everyone, summary: "The first page.",
                gives: [.text("text/html")]
            ) { exchange throws(APIError) in
                guard let file = ConsoleFiles.file(path: path) else { throw .unknownPath }
                exchange.reply(
                    HTTPResponse(
                        status: 200,
                        headers: [
                            "content-type": file.contentType,
                            "content-security-policy": policy, "cache-control": "no-cache",
                        ],
                        body: .bytes(file.bytes)))
            }
        }
    }
}
