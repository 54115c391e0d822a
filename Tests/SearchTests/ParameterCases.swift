import Encoding

/// What a search finds among ``ParameterWorld``: type, parameters, ids.
struct ParameterCase: Sendable {
    let type: String
    let query: String
    let ids: [String]

    init(_ type: String, _ query: String, _ ids: String...) {
        (self.type, self.query, self.ids) = (type, query, ids)
    }
}

/// A few resources that differ in what parameters look at.
enum ParameterWorld {
    static let resources: [String] = [
        #"""
        {"resourceType":"Patient","id":"p1","gender":"male","birthDate":"1974-12-25",
        "active":true,"name":[{"family":"Müller","given":["Jörg","Max"]}],
        "identifier":[{"system":"urn:mrn","value":"1","type":{"coding":[{"system":"urn:t",
        "code":"MR"}],"text":"Medical record"}}],"telecom":[{"system":"phone","value":"555"}],
        "meta":{"tag":[{"system":"urn:tag","code":"x"}],"profile":["http://p.example/a"]},
        "generalPractitioner":[{"reference":"Practitioner/d1"}],
        "managingOrganization":{"reference":"Organization/o1"}}
        """#,
        #"""
        {"resourceType":"Patient","id":"p2","gender":"female","birthDate":"1980-05",
        "active":false,"name":[{"text":"王小明","family":"王","given":["小明"]}],
        "identifier":[{"value":"1"}],"deceasedBoolean":true,"meta":{"tag":[{"code":"x"}]},
        "link":[{"other":{"reference":"Patient/p1"},"type":"seealso"}]}
        """#,
        #"""
        {"resourceType":"Patient","id":"p3","birthDate":"1990","name":[{"family":"mullet",
        "given":["Ann"]},{"given":["a,b|c$d\\e"]}],
        "generalPractitioner":[{"reference":"https://here.example/fhir/Practitioner/d1"},
        {"reference":"https://there.example/Practitioner/d9"}],
        "managingOrganization":{"identifier":{"system":"urn:org","value":"77"}}}
        """#,
        #"""
        {"resourceType":"Practitioner","id":"d1","name":[{"family":"Dr House"}],"active":true}
        """#,
        #"""
        {"resourceType":"Organization","id":"o1","name":"Ward",
        "partOf":{"reference":"Organization/o2"}}
        """#,
        #"""
        {"resourceType":"Organization","id":"o2","name":"Clinic"}
        """#,
        #"""
        {"resourceType":"Observation","id":"b1","status":"final",
        "code":{"coding":[{"system":"http://loinc.org","code":"8867-4","display":"Heart rate"}],
        "text":"Puls"},"subject":{"reference":"Patient/p1"},
        "effectiveDateTime":"2020-03-01T10:00:00Z","valueQuantity":{"value":5.4,"unit":"mg",
        "system":"http://unitsofmeasure.org","code":"mg"}}
        """#,
        #"""
        {"resourceType":"Observation","id":"b2","status":"amended",
        "code":{"coding":[{"system":"urn:other","code":"8867-4"}]},
        "subject":{"reference":"Patient/p2"},"effectivePeriod":{"start":"2020-03-01",
        "end":"2020-03-31"},"valueQuantity":{"value":0.0054,"unit":"grams",
        "system":"http://unitsofmeasure.org","code":"g"},
        "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"c1"}]},
        "valueQuantity":{"value":1,"unit":"kg"}},{"code":{"coding":[{"system":"http://loinc.org",
        "code":"c2"}]},"valueQuantity":{"value":2,"unit":"kg"}}]}
        """#,
        #"""
        {"resourceType":"Observation","id":"b3","status":"final","code":{"text":"Free words"},
        "subject":{"reference":"Patient/p1/_history/2"},"effectivePeriod":{"start":"2021"},
        "valueCodeableConcept":{"coding":[{"system":"urn:v","code":"yes"}]},
        "performer":[{"reference":"Practitioner/d1"}]}
        """#,
        #"""
        {"resourceType":"RiskAssessment","id":"r1","status":"final",
        "subject":{"reference":"Patient/p1"},"prediction":[{"probabilityDecimal":0.8}]}
        """#,
        #"""
        {"resourceType":"RiskAssessment","id":"r2","status":"final",
        "subject":{"reference":"Patient/p1"},"prediction":[{"probabilityDecimal":100}]}
        """#,
        #"""
        {"resourceType":"ValueSet","id":"v1","status":"draft",
        "url":"http://acme.org/fhir/ValueSet/123"}
        """#,
        #"""
        {"resourceType":"ValueSet","id":"v2","status":"draft",
        "url":"http://acme.org/fhir/ValueSet/123/_history/5"}
        """#,
        #"""
        {"resourceType":"ValueSet","id":"v3","status":"draft",
        "url":"http://acme.org/fhir/ValueSet/1234"}
        """#,
        #"""
        {"resourceType":"Provenance","id":"n1","target":[{"reference":"Observation/b1"}],
        "recorded":"2020-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/d1"}}]}
        """#,
    ]

    static let cases: [ParameterCase] =
        texts + tokens + dates + numbers + references + uris + chains + common

    private static let texts: [ParameterCase] = [
        .init("Patient", "family=mul", "p1", "p3"),
        .init("Patient", "family=MÜLLER", "p1"),
        .init("Patient", "family:exact=Müller", "p1"),
        .init("Patient", "family:exact=müller"),
        .init("Patient", "family:contains=LLE", "p1", "p3"),
        .init("Patient", "name=王", "p2"),
        .init("Patient", "name:contains=小明", "p2"),
        .init("Patient", "given=jorg,ann", "p1", "p3"),
        .init("Patient", "given=jorg&given=max", "p1"),
        .init("Patient", #"given:exact=a\,b\|c\$d\\e"#, "p3"),
        .init("Patient", "given:missing=true"),
        .init("Patient", "family:missing=false", "p1", "p2", "p3"),
    ]

    private static let tokens: [ParameterCase] = [
        .init("Patient", "gender=male", "p1"),
        .init("Patient", "gender=http://hl7.org/fhir/administrative-gender|male", "p1"),
        .init("Patient", "gender=urn:no|male"),
        .init("Patient", "gender:not=male", "p2", "p3"),
        .init("Patient", "gender:not=male,female", "p3"),
        .init("Patient", "gender:missing=true", "p3"),
        .init("Patient", "active=true", "p1"),
        .init("Patient", "identifier=1", "p1", "p2"),
        .init("Patient", "identifier=urn:mrn|1", "p1"),
        .init("Patient", "identifier=|1", "p2"),
        .init("Patient", "identifier=urn:mrn|", "p1"),
        .init("Patient", "identifier:of-type=urn:t|MR|1", "p1"),
        .init("Patient", "identifier:text=medical", "p1"),
        .init("Patient", "deceased=true", "p2"),
        .init("Patient", "phone=555", "p1"),
        .init("Observation", "code=8867-4", "b1", "b2"),
        .init("Observation", "code=http://loinc.org|8867-4,urn:v|x", "b1"),
        .init("Observation", "code:text=heart", "b1"),
        .init("Observation", "code:text=free", "b3"),
        .init("Observation", "value-concept=yes", "b3"),
        .init("Observation", "status=final&code=8867-4", "b1"),
    ]

    private static let dates: [ParameterCase] = [
        .init("Patient", "birthdate=1974-12-25", "p1"),
        .init("Patient", "birthdate=1974", "p1"),
        .init("Patient", "birthdate=1980-05-01"),
        .init("Patient", "birthdate=ne1974", "p2", "p3"),
        .init("Patient", "birthdate=gt1980", "p3"),
        .init("Patient", "birthdate=ge1980-05", "p2", "p3"),
        .init("Patient", "birthdate=lt1980-05-02", "p1", "p2"),
        .init("Patient", "birthdate=le1974-12-25", "p1"),
        .init("Patient", "birthdate=sa1980-04", "p2", "p3"),
        .init("Patient", "birthdate=eb1980-05", "p1"),
        .init("Patient", "birthdate=ap1981", "p2"),
        .init("Patient", "birthdate=ge1975&birthdate=lt1985", "p2"),
        .init("Observation", "date=2020-03-01", "b1"),
        .init("Observation", "date=2020-03", "b1", "b2"),
        .init("Observation", "date=ge2020-03-15", "b2", "b3"),
        .init("Observation", "date=2020-03-01T18:00:00%2B08:00".replacingPlus, "b1"),
    ]

    private static let numbers: [ParameterCase] = [
        .init("RiskAssessment", "probability=0.8", "r1"),
        .init("RiskAssessment", "probability=0.80", "r1"),
        .init("RiskAssessment", "probability=0.9"),
        .init("RiskAssessment", "probability=1e2", "r2"),
        .init("RiskAssessment", "probability=gt0.8", "r2"),
        .init("RiskAssessment", "probability=ge0.8", "r1", "r2"),
        .init("RiskAssessment", "probability=lt100", "r1"),
        .init("RiskAssessment", "probability=ap0.85", "r1"),
        .init("RiskAssessment", "probability=ne100", "r1"),
        .init("Observation", "value-quantity=5.4|http://unitsofmeasure.org|mg", "b1", "b2"),
        .init("Observation", "value-quantity=0.0054|http://unitsofmeasure.org|g", "b1", "b2"),
        .init("Observation", "value-quantity=5.4||mg", "b1"),
        .init("Observation", "value-quantity=0.0054||grams", "b2"),
        .init("Observation", "value-quantity=5.4", "b1"),
        .init("Observation", "value-quantity=gt5000|http://unitsofmeasure.org|ug", "b1", "b2"),
        .init("Observation", "component-code-value-quantity=c1$1", "b2"),
        .init("Observation", "component-code-value-quantity=c1$2"),
        .init("Observation", "component-code-value-quantity=c1$2,c2$gt1", "b2"),
        .init("Observation", "component-code-value-quantity:missing=true", "b1", "b3"),
        .init("Observation", "code-value-concept=8867-4$yes"),
    ]

    private static let references: [ParameterCase] = [
        .init("Observation", "subject=p1", "b1", "b3"),
        .init("Observation", "subject=Patient/p1", "b1", "b3"),
        .init("Observation", "subject:Patient=p1", "b1", "b3"),
        .init("Observation", "subject:Group=p1"),
        .init("Observation", "subject=https://here.example/fhir/Patient/p2", "b2"),
        .init("Observation", "subject=Patient/p1/_history/2", "b3"),
        .init("Observation", "patient=p1,p2", "b1", "b2", "b3"),
        .init("Patient", "general-practitioner=d1", "p1", "p3"),
        .init("Patient", "general-practitioner=https://there.example/Practitioner/d9", "p3"),
        .init("Patient", "organization:identifier=urn:org|77", "p3"),
        .init("Patient", "link=p1", "p2"),
        .init("Patient", "link:missing=true", "p1", "p3"),
    ]

    private static let uris: [ParameterCase] = [
        .init("ValueSet", "url=http://acme.org/fhir/ValueSet/123", "v1"),
        .init("ValueSet", "url:below=http://acme.org/fhir/ValueSet/123", "v1", "v2"),
        .init("ValueSet", "url:below=http://acme.org/fhir/", "v1", "v2", "v3"),
        .init("ValueSet", "url:above=http://acme.org/fhir/ValueSet/123/_history/5", "v1", "v2"),
    ]

    private static let chains: [ParameterCase] = [
        .init("Observation", "subject:Patient.name=mull", "b1", "b3"),
        .init("Observation", "subject.gender=female", "b2"),
        .init("Observation", "patient.general-practitioner.name=dr", "b1", "b3"),
        .init("Observation", "patient.organization.partof.name=clin", "b1", "b3"),
        .init("Observation", "patient._id=p2", "b2"),
        .init("Patient", "_has:Observation:patient:code=8867-4", "p1", "p2"),
        .init("Patient", "_has:Observation:patient:status=amended", "p2"),
        .init("Patient", "_has:Observation:patient:_has:Provenance:target:agent=d1", "p1"),
        .init("Organization", "_has:Patient:organization:name=muller", "o1"),
        .init("Provenance", "target:Observation.code=8867-4", "n1"),
    ]

    private static let common: [ParameterCase] = [
        .init("Patient", "_id=p1,p3,q", "p1", "p3"),
        .init("Patient", "_tag=urn:tag|x", "p1"),
        .init("Patient", "_tag=x", "p1", "p2"),
        .init("Patient", "_profile=http://p.example/a", "p1"),
        .init("Patient", "_lastUpdated=ge2020-09-13T12:26:41Z", "p2", "p3"),
        .init("Patient", "_lastUpdated=lt2020-09-13T12:26:41Z", "p1"),
        .init("Patient", "_lastUpdated=2020-09-13", "p1", "p2", "p3"),
        .init("Patient", "_lastUpdated=ne2020-09-13"),
        .init("Patient", "", "p1", "p2", "p3"),
    ]
}

extension String {
    fileprivate var replacingPlus: String { replacing("%2B", with: "+") }
}
