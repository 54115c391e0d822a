#!/usr/bin/env python3
"""Runs a scenario against a FHIR server with clients that Kanglian's makers did not write.

usage: fhir_clients.py keys FOLDER ACCOUNT       makes clients.json and the clients' private keys
       fhir_clients.py run FOLDER BASE           logs in (SMART Backend Services), runs the scenario
       fhir_clients.py schemathesis FOLDER BASE  calls what the description has, and has not

Prints a line for each step; the first step that fails ends it with exit code 1.
"""

import asyncio
import json
import subprocess
import sys
import time
import uuid
from pathlib import Path

import jwt
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

ALGORITHMS = {"his-rsa": "RS384", "his-ec": "ES384"}


def make_keys(folder: Path, account: str) -> None:
    clients = []
    for name, algorithm in ALGORITHMS.items():
        if algorithm == "RS384":
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        else:
            key = ec.generate_private_key(ec.SECP384R1())
            jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
        jwk["kid"] = name
        clients.append(
            {
                "client_id": name,
                "account": account,
                "scope": "system/*.cruds",
                "jwks": {"keys": [jwk]},
            }
        )
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / f"{name}.pem").write_bytes(pem)
    (folder / "clients.json").write_text(json.dumps(clients))


def login(folder: Path, base: str, name: str) -> str:
    """SMART Backend Services: discovery, a signed assertion, a token."""
    smart = requests.get(base + "/.well-known/smart-configuration", timeout=10).json()
    endpoint = smart["token_endpoint"]
    now = int(time.time())
    assertion = jwt.encode(
        {"iss": name, "sub": name, "aud": endpoint, "exp": now + 240, "jti": str(uuid.uuid4())},
        (folder / f"{name}.pem").read_bytes(),
        algorithm=ALGORITHMS[name],
        headers={"kid": name},
    )
    answer = requests.post(
        endpoint,
        data={
            "grant_type": "client_credentials",
            "scope": "system/*.cruds",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        },
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"].lower() == "bearer"
    return answer.json()["access_token"]


def step(text: str) -> None:
    print("ok:", text, flush=True)


def run_fhirclient(base: str, token: str) -> None:
    """SMART's own Python client: models, create, read, search, paging, update."""
    from fhirclient import client
    from fhirclient.models import (
        bundle,
        codeableconcept,
        coding,
        fhirdate,
        fhirdatetime,
        fhirreference,
        humanname,
        identifier,
        observation,
        patient,
        quantity,
    )

    smart = client.FHIRClient(settings={"app_id": "kanglian-test", "api_base": base})
    smart.server.session.headers["Authorization"] = "Bearer " + token
    assert smart.server.capabilityStatement.fhirVersion == "4.0.1"
    step("fhirclient reads the capability statement")

    person = patient.Patient()
    number = identifier.Identifier()
    number.system, number.value = "urn:test:mrn", str(uuid.uuid4())
    person.identifier = [number]
    name = humanname.HumanName()
    name.family, name.given = "王", ["小明"]
    person.name = [name]
    created = person.create(smart.server)
    person_id = created["id"]
    step("fhirclient creates a Patient")

    for index in range(7):
        item = observation.Observation()
        item.status = "final"
        code = coding.Coding()
        code.system, code.code = "http://loinc.org", "8867-4"
        concept = codeableconcept.CodeableConcept()
        concept.coding = [code]
        item.code = concept
        reference = fhirreference.FHIRReference()
        reference.reference = "Patient/" + person_id
        item.subject = reference
        value = quantity.Quantity()
        value.value, value.unit = 60 + index, "/min"
        value.system, value.code = "http://unitsofmeasure.org", "/min"
        item.valueQuantity = value
        item.effectiveDateTime = fhirdatetime.FHIRDateTime(f"2026-01-0{index + 1}T08:00:00+08:00")
        item.create(smart.server)
    step("fhirclient creates Observations")

    found = patient.Patient.where({"identifier": f"urn:test:mrn|{number.value}"}).perform_resources(
        smart.server
    )
    assert [item.id for item in found] == [person_id], found
    step("fhirclient searches by identifier")

    search = observation.Observation.where(
        {"patient": person_id, "date": "ge2026-01-03", "_sort": "-date", "_count": "2"}
    )
    page = search.perform(smart.server)
    values, pages = [], 0
    while page:
        pages += 1
        values += [entry.resource.valueQuantity.value for entry in page.entry or []]
        links = [link.url for link in page.link if link.relation == "next"]
        page = bundle.Bundle.read_from(links[0][len(base) :].lstrip("/"), smart.server) if links else None
    assert values == [66, 65, 64, 63, 62] and pages == 3, (values, pages)
    step("fhirclient follows the pages of a sorted search")

    stored = patient.Patient.read(person_id, smart.server)
    stored.birthDate = fhirdate.FHIRDate("1990-05-06")
    stored.update(smart.server)
    assert patient.Patient.read(person_id, smart.server).meta.versionId == "2"
    step("fhirclient updates the Patient")


async def run_fhirpy(base: str, token: str) -> None:
    """fhirpy: create, search, conflict, history, transaction."""
    from fhirpy import AsyncFHIRClient
    from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

    client = AsyncFHIRClient(base, authorization="Bearer " + token)
    number = str(uuid.uuid4())
    person = client.resource(
        "Patient",
        identifier=[{"system": "urn:test:mrn", "value": number}],
        name=[{"family": "李", "given": ["雷"]}],
    )
    await person.save()
    step("fhirpy creates a Patient")

    found = await client.resources("Patient").search(identifier=f"urn:test:mrn|{number}").fetch_all()
    assert [item["id"] for item in found] == [person["id"]]
    assert await client.resources("Patient").search(identifier=f"urn:test:mrn|{number}").count() == 1
    step("fhirpy searches and counts")

    bundle = client.resource(
        "Bundle",
        type="transaction",
        entry=[
            {
                "fullUrl": "urn:uuid:" + str(uuid.uuid4()),
                "request": {"method": "POST", "url": "Condition"},
                "resource": {
                    "resourceType": "Condition",
                    "code": {"text": "cough"},
                    "subject": {"reference": f"Patient?identifier=urn:test:mrn|{number}"},
                },
            },
            {
                "request": {"method": "PUT", "url": f"Patient/{person['id']}"},
                "resource": {**person.serialize(), "active": True},
            },
        ],
    )
    await bundle.save()
    conditions = await client.resources("Condition").search(patient=person["id"]).fetch()
    assert conditions[0]["subject"]["reference"] == "Patient/" + person["id"]
    step("fhirpy posts a transaction with a conditional reference")

    await person.refresh()
    assert person["active"] is True
    try:
        await client.resources("Patient").get("none")
        raise AssertionError("a missing resource was read")
    except (ResourceNotFound, OperationOutcome):
        step("fhirpy is told that a resource is missing")


def run_plain(base: str, token: str) -> None:
    """What no client library wraps: conflict, history, export."""
    session = requests.Session()
    session.headers["Authorization"] = "Bearer " + token
    created = session.post(
        base + "/Patient",
        json={
            "resourceType": "Patient",
            "identifier": [{"system": "urn:test:mrn", "value": str(uuid.uuid4())}],
        },
        timeout=30,
    )
    assert created.status_code == 201, created.text
    resource = created.json()
    url = f"{base}/Patient/{resource['id']}"
    first = session.put(
        url, json={**resource, "active": True}, headers={"If-Match": created.headers["ETag"]}, timeout=30
    )
    assert first.status_code == 200, first.text
    second = session.put(
        url, json={**resource, "active": False}, headers={"If-Match": created.headers["ETag"]}, timeout=30
    )
    assert second.status_code == 412, second.status_code
    step("a stale If-Match is a conflict")
    history = session.get(url + "/_history", timeout=30).json()
    assert history["total"] == 2 and history["entry"][0]["resource"]["active"] is True
    step("the history has both versions")

    start = session.get(base + "/$export", headers={"Prefer": "respond-async"}, timeout=30)
    assert start.status_code == 202, start.text
    status = start.headers["Content-Location"]
    for _ in range(200):
        answer = session.get(status, timeout=30)
        if answer.status_code == 200:
            break
        assert answer.status_code == 202, answer.text
        time.sleep(0.1)
    manifest = answer.json()
    assert manifest["requiresAccessToken"] is True
    counted = {}
    for output in manifest["output"]:
        assert requests.get(output["url"], timeout=30).status_code == 401
        lines = session.get(output["url"], timeout=30).text.splitlines()
        assert len(lines) == output["count"]
        assert all(json.loads(line)["resourceType"] == output["type"] for line in lines)
        counted[output["type"]] = len(lines)
    for kind, count in counted.items():
        total = session.get(f"{base}/{kind}?_summary=count", timeout=30).json()["total"]
        assert total == count, (kind, total, count)
    assert {"Observation", "Patient", "Condition"} <= set(counted), counted
    step("an export gives every resource, to holders of a token only")
    assert session.delete(status, timeout=30).status_code == 202


def run_schemathesis(base: str, token: str, folder: Path) -> int:
    """The same calls in every run: what the description allows, forbids and does not have."""
    return subprocess.run(
        [Path(sys.executable).parent / "schemathesis", "run", f"{base}/openapi.json", "--url", base,
         "--header", f"Authorization: Bearer {token}", "--no-color",
         "--phases", "examples,coverage,fuzzing", "--max-examples", "60",
         "--checks", "not_a_server_error,ignored_auth,unsupported_method",
         "--generation-deterministic", "--no-shrink"],
        check=False, cwd=folder, stdin=subprocess.DEVNULL).returncode


def main() -> int:
    command, folder = sys.argv[1], Path(sys.argv[2])
    if command == "keys":
        make_keys(folder, sys.argv[3])
        return 0
    base = sys.argv[3]
    if command == "schemathesis":
        return run_schemathesis(base, login(folder, base, "his-rsa"), folder)
    run_fhirclient(base, login(folder, base, "his-rsa"))
    step("a token by RS384")
    token = login(folder, base, "his-ec")
    step("a token by ES384")
    asyncio.run(run_fhirpy(base, token))
    run_plain(base, token)
    return 0


if __name__ == "__main__":
    sys.exit(main())
