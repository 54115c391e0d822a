import Encoding

/// What the XHTML of a narrative may hold (FHIR R4 §2.6.5.2, rules txt-1 and txt-2).
package enum Narrative {
    /// What can be wrong with a narrative.
    package enum Fault: Hashable, Sendable {
        /// No `div`, or elements and attributes that may not be there (txt-1).
        case markup
        /// Nothing that a reader would see (txt-2).
        case empty
    }

    private static let elements: Set<String> = [
        "a", "abbr", "acronym", "address", "area", "article", "aside", "b", "bdo", "big",
        "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "dfn", "div", "dl",
        "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hr", "i", "img", "li", "main", "map", "nav", "ol", "p", "pre", "q", "samp", "section",
        "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
        "tr", "tt", "ul", "var", "kbd", "ins", "del",
    ]

    private static let attributes: Set<String> = [
        "abbr", "align", "alt", "axis", "bgcolor", "border", "cellhalign", "cellpadding",
        "cellspacing", "cellvalign", "char", "charoff", "charset", "cite", "class", "colspan",
        "compact", "coords", "dir", "frame", "headers", "height", "href", "hreflang", "hspace",
        "id", "lang", "longdesc", "name", "nowrap", "rel", "rev", "rowspan", "rules", "scope",
        "shape", "span", "src", "start", "style", "summary", "tabindex", "title", "type",
        "valign", "value", "vspace", "width", "xml:lang", "xmlns", "xml:space",
    ]

    /// What is wrong with a text; nil for a `div` of allowed elements and attributes that shows
    /// something.
    package static func fault(_ text: String) -> Fault? {
        let limits = XMLLimits(byteCount: 4 << 20, depth: 60, partCount: 200_000)
        guard let root = try? XMLReader.read(Array(text.utf8), limits: limits),
            root.name == "div", isAllowed(root)
        else { return .markup }
        return shows(root) ? nil : .empty
    }

    private static func isAllowed(_ element: XMLElement) -> Bool {
        elements.contains(element.name)
            && element.attributes.allSatisfy { attributes.contains($0.name) }
            && element.elements.allSatisfy(isAllowed)
    }

    private static func shows(_ element: XMLElement) -> Bool {
        element.name == "img" || element.text.contains { !$0.isWhitespace }
            || element.elements.contains(where: shows)
    }
}
