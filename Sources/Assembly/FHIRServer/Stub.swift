import FHIRDefinitions
import FHIRSearch
import Encoding
struct TermExtractor: Sendable { init(_ table: DefinitionTable) {}
 func terms(of v: JSONValue, type: String) -> IndexTerms { IndexTerms() } }
