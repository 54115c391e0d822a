/// Small files of made-up patients.
enum SampleFiles {
    /// A transaction Bundle of one patient, with odd white space that must survive.
    static func bundle(patient: String = "p1", count: Int = 6) -> [UInt8] {
        var entries = [
            """
            {"fullUrl": "urn:uuid:\(patient)-patient",  "resource": {"resourceType":"Patient",
              "id":"\(patient)", "identifier": [{"system":"urn:oid:1.2","value":"MRN-\(patient)"}],
              "name":[{"text":"测试"}]}, "request":{"method":"POST","url":"Patient"}}
            """,
            """
            {"fullUrl":"urn:uuid:\(patient)-org","resource":{"resourceType":"Organization",
            "name":"医院"},"request":{"method":"POST","url":"Organization"}}
            """,
        ]
        for index in 0..<count {
            let kind = index % 2 == 0 ? "laboratory" : "vital-signs"
            entries.append(
                """
                {"fullUrl":"urn:uuid:\(patient)-o\(index)",
                "resource":{ "resourceType" : "Observation", "status":"final",
                "category":[{"coding":[{"system":
                "http://terminology.hl7.org/CodeSystem/observation-category","code":"\(kind)"}]}],
                "code":{"text":"x"},"subject":{"reference":"urn:uuid:\(patient)-patient"},
                "performer":[{"reference":"urn:uuid:\(patient)-org"}],
                "valueQuantity":{"value": \(index).50}},
                "request":{"method":"POST","url":"Observation"}}
                """)
        }
        return Array(
            """
            {"resourceType":"Bundle", "type" : "transaction",
              "entry":[\(entries.joined(separator: " ,\n"))] }

            """.utf8)
    }

    /// Lines of two patients, one of whom appears by reference first, and an organisation.
    static let lines = Array(
        """
        {"resourceType":"Observation","id":"o","subject":{"reference":"Patient/b"}}
        {"resourceType":"Patient","id":"a","identifier":[{"system":"urn:oid:1.2","value":"A"}]}
        {"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/a"}}
        {"resourceType":"Patient","id":"b","identifier":[{"system":"urn:oid:1.2","value":"B"}]}
        {"resourceType":"Organization","id":"org"}
        {"resourceType":"Flag","subject":{"reference":"Patient?identifier=urn:oid:1.2%7CB"}}
        """.utf8)
}
