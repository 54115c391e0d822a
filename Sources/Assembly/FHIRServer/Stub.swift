import FHIRDefinitions
import FHIRSearch
import Encoding
struct TermExtractor: Sendable { init(_ table: DefinitionTable) {}
 func terms(of v: JSONValue, type: String) -> IndexTerms { IndexTerms() } }
struct ScanIndex { func write(_ c: [IndexChange]) throws(IndexError) {}
 func search(_ r: SearchRequest) throws(IndexError) -> SearchPage { SearchPage(matches: [], included: [], total: nil, next: nil) } }
