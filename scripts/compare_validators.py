#!/usr/bin/env python3
"""Judges 500 good and 500 spoilt resources with kanglian and with pyfhircheck, and compares.

usage: scripts/compare_validators.py [--data FOLDER] [--program FILE] [--seed N] [--count N]
                                     [--deep] [--report FILE]

The good ones are HL7's examples and resources of Synthea, the spoilt ones are such with one seeded
mutation each: of an element right below the resource, or with --deep of any. The folder of published data is KANGLIAN_DATA by default; the program the newest one
that was built here. pyfhircheck is installed once, with checked hashes, into .build/validators.
With --report the section `validators` of the page is renewed.
"""

import argparse
import bz2
import collections
import contextlib
import copy
import glob
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".build", "validators")
REQUIREMENTS = os.path.join(ROOT, "scripts", "requirements-validators.txt")

# What pyfhircheck 0.2.0 reports as errors though FHIR R4 has no such rule, by its code. A code
# with a function is a fault only where that says so of the issue.
FAULTS = {
    "profile.element.cardinality.max": (
        "counts an element over all of its parents",
        lambda issue, kind: kind != "too many"),
    "cardinality.min": (
        "misses a choice such as value[x] inside of an element, though it is there",
        lambda issue, kind: issue.path.endswith("[x]") and kind != "required removed"),
    "terminology.display": (
        "takes a display in another case for an error", lambda issue, kind: is_same_display(issue)),
    "terminology.code-system": ("wants all codes of a code system that is only an example", None),
    "profile.vitalsigns.magic": (
        "asks for a profile that the resource does not name, by its LOINC code", None),
    "profile.element.invariant.vs-1": ("reads a cast of a date wrongly", None),
    "profile.slice.cardinality.min": ("looks for a coding in a list without going into it", None),
    "profile.element.invariant.bdl-8": ("takes a rule on a missing fullUrl for broken", None),
    "profile.element.invariant.ras-2": ("takes a rule on a missing probability for broken", None),
    "bundle.entry.resource": ("wants a resource where the entry has a request or response", None),
    "questionnaire.unresolved": ("wants a Questionnaire that is not at hand", None),
    "invariant.dom-3": ("passes over references of the type canonical", None),
    "reference.type": (
        "takes the last but one part of any URL for a type",
        lambda issue, kind: "Reference http" in issue.message),
    "datatype.invalid": (
        "refuses white space in base64",
        lambda issue, kind: "base64" in issue.message),
}



def is_same_display(issue):
    """Whether the display only differs in the case of its letters."""
    found = re.search(r"Wrong Display Name '(.*?)' for .* choices?: (.*)$", issue.message)
    return bool(found) and f"'{found[1].lower()}'" in found[2].lower()


# Rules that pyfhircheck 0.2.0 does not check, by the kind of mutation.
GAPS = {
    "bad code": "does not look at every required binding",
    "bad date": "does not look at dates inside of all types",
    "wrong type": "does not look at primitives inside of all types",
    "bad reference": "does not look at the targets of references inside of all elements",
    "broken invariant": "does not evaluate this invariant",
    "too many": "takes lists where one value belongs",
    "empty": "takes empty objects and lists",
    "required removed": "does not look for required elements inside of all types",
    "unknown element": "takes unknown elements inside of some types",
    "two types": "takes two types of one choice",
    "bad id": "takes ids with other characters",
    "good": "does not check this rule",
}


# Definitions.

class Definitions:
    """Elements of R4's types, as far as mutations need them."""

    def __init__(self, folder):
        self.types = {}
        for path in glob.glob(os.path.join(folder, "**", "StructureDefinition-*.json"),
                              recursive=True):
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            if document.get("derivation") == "constraint" or "snapshot" not in document:
                continue
            name = document["type"]
            elements = {}
            for item in document["snapshot"]["element"][1:]:
                elements[item["path"]] = item
            self.types[name] = elements

    def member(self, path, key):
        """The element and type that a member of an object is."""
        elements = self.types.get(path.split(".")[0], {})
        item = elements.get(f"{path}.{key}")
        if item:
            return item, (item.get("type") or [{}])[0].get("code")
        for name, item in elements.items():
            if name.startswith(f"{path}.") and name.endswith("[x]"):
                base = name[len(path) + 1:-3]
                if "." not in base and key.startswith(base):
                    for kind in item.get("type", []):
                        if key == base + kind["code"][0].upper() + kind["code"][1:]:
                            return item, kind["code"]
        return None, None

    def places(self, value, path, is_deep):
        """The members of a resource, or all inside of it: (object, key, element, type)."""
        for key in list(value):
            item, kind = self.member(path, key)
            if not item or key in ("contained", "extension", "modifierExtension", "text"):
                continue
            yield value, key, item, kind
            if not is_deep:
                continue
            inner = item.get("contentReference", "#")[1:] or (
                item["path"] if kind in ("BackboneElement", "Element") else kind)
            if inner not in self.types and inner.split(".")[0] not in self.types:
                continue
            for child in value[key] if isinstance(value[key], list) else [value[key]]:
                if isinstance(child, dict) and kind != "Resource":
                    yield from self.places(child, inner, is_deep)


# Mutations. Each changes a resource at a place of its choice, or says False.

def pick(chance, places):
    places = list(places)
    return chance.choice(places) if places else None


def remove_required(chance, resource, places):
    found = pick(chance, [place for place in places if place[2]["min"] > 0])
    if not found:
        return False
    del found[0][found[1]]
    found[0].pop("_" + found[1], None)
    return True


def wrong_type(chance, resource, places):
    kinds = ("string", "boolean", "date", "dateTime", "code", "decimal", "integer")
    found = pick(chance, [place for place in places
                          if place[3] in kinds and not isinstance(place[0][place[1]], list)])
    if not found:
        return False
    found[0][found[1]] = 7 if found[3] not in ("decimal", "integer") else "seven"
    return True


def bad_code(chance, resource, places):
    found = pick(chance, [
        place for place in places
        if place[3] == "code" and place[2].get("binding", {}).get("strength") == "required"
        and isinstance(place[0][place[1]], str)
        and "mimetypes" not in place[2]["binding"].get("valueSet", "")
        and "languages" not in place[2]["binding"].get("valueSet", "")])
    if not found:
        return False
    found[0][found[1]] = "no-such-code"
    return True


def bad_date(chance, resource, places):
    found = pick(chance, [place for place in places if place[3] in ("date", "dateTime", "instant")
                          and isinstance(place[0][place[1]], str)])
    if not found:
        return False
    found[0][found[1]] = chance.choice(["2020-13-01", "20200101", "yesterday"])
    return True


def unknown_element(chance, resource, places):
    objects = [resource] + [place[0] for place in places]
    chance.choice(objects)["noSuchElement"] = "x"
    return True


def bad_reference(chance, resource, places):
    candidates = []
    for value, key, item, kind in places:
        targets = [target.rsplit("/", 1)[1] for entry in item.get("type", [])
                   for target in entry.get("targetProfile", [])]
        if kind != "Reference" or "Resource" in targets or not targets:
            continue
        for child in value[key] if isinstance(value[key], list) else [value[key]]:
            if isinstance(child, dict) and "reference" in child:
                candidates.append((child, targets))
    found = pick(chance, candidates)
    if not found:
        return False
    wrong = [name for name in ("Slot", "Substance", "Flag", "Linkage") if name not in found[1]]
    found[0]["reference"] = chance.choice(wrong) + "/1"
    found[0].pop("type", None)
    return True


def broken_invariant(chance, resource, places):
    def values(kind):
        for value, key, _, found in places:
            if found == kind:
                yield from value[key] if isinstance(value[key], list) else [value[key]]
    changes = []
    for period in values("Period"):
        changes.append((period, {"start": "2020-02-01", "end": "2020-01-01"}, []))
    for quantity in values("Quantity"):
        changes.append((quantity, {"code": "mg"}, ["system"]))
    if resource["resourceType"] == "Observation" and any(key.startswith("value")
                                                         for key in resource):
        changes.append((resource, {"dataAbsentReason": {"text": "x"}}, []))
    if resource["resourceType"] == "Patient":
        changes.append((resource, {"contact": [{"gender": "male"}]}, []))
    if resource["resourceType"] == "Encounter":
        changes.append((resource, {"meta": {"lastUpdated": "2020-01-01"}}, []))
    found = pick(chance, changes)
    if not found:
        return False
    found[0].update(found[1])
    for key in found[2]:
        found[0].pop(key, None)
    return True


def too_many(chance, resource, places):
    found = pick(chance, [place for place in places if place[2]["max"] == "1"
                          and not isinstance(place[0][place[1]], list)])
    if not found:
        return False
    found[0][found[1]] = [found[0][found[1]], found[0][found[1]]]
    return True


def empty(chance, resource, places):
    found = pick(chance, [place for place in places
                          if isinstance(place[0][place[1]], (dict, list))])
    if not found:
        return False
    found[0][found[1]] = type(found[0][found[1]])()
    return True


def two_types(chance, resource, places):
    found = pick(chance, [place for place in places if place[2]["path"].endswith("[x]")
                          and len(place[2].get("type", [])) > 1])
    if not found:
        return False
    base = found[2]["path"].rsplit(".", 1)[1][:-3]
    samples = {"string": "x", "boolean": True, "integer": 1, "dateTime": "2020-01-01",
               "Period": {"start": "2020-01-01"}, "CodeableConcept": {"text": "x"},
               "Reference": {"display": "x"}, "Quantity": {"value": 1}}
    for kind in found[2]["type"]:
        name = kind["code"]
        if name != found[3] and name in samples:
            found[0][base + name[0].upper() + name[1:]] = samples[name]
            return True
    return False


def bad_id(chance, resource, places):
    resource["id"] = chance.choice(["a b", "a/b", "x" * 65, "a_b"])
    return True


MUTATIONS = {
    "required removed": remove_required, "wrong type": wrong_type, "bad code": bad_code,
    "bad date": bad_date, "unknown element": unknown_element, "bad reference": bad_reference,
    "broken invariant": broken_invariant, "too many": too_many, "empty": empty,
    "two types": two_types, "bad id": bad_id,
}


# The corpus.

def good_resources(data, folder, chance, count):
    """HL7's examples, filled up with resources of Synthea: (name, resource)."""
    with tarfile.open(os.path.join(data, "fhir-r4", "examples.tar.xz")) as archive:
        archive.extractall(folder, filter="data")
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "**", "*.json"), recursive=True)):
        with open(path, encoding="utf-8") as file:
            found.append((os.path.basename(path)[:-5], json.load(file)))
    found = found[:count]
    others = []
    for path in sorted(glob.glob(os.path.join(data, "synthea", "*.json.bz2")))[:12]:
        with bz2.open(path) as file:
            entries = json.load(file)["entry"]
        chance.shuffle(entries)
        others += [entry["resource"] for entry in entries[:60]]
    chance.shuffle(others)
    for index, resource in enumerate(others[:count - len(found)]):
        found.append((f"synthea-{index:03}-{resource['resourceType']}", resource))
    return found


def spoilt_resources(good, definitions, chance, count, is_deep):
    kinds, spoilt = sorted(MUTATIONS), []
    usable = [item for item in good
              if item[1]["resourceType"] not in ("Bundle", "Binary", "Parameters")]
    while len(spoilt) < count:
        kind = kinds[len(spoilt) % len(kinds)]
        name, resource = chance.choice(usable)
        resource = copy.deepcopy(resource)
        places = list(definitions.places(resource, resource["resourceType"], is_deep))
        if MUTATIONS[kind](chance, resource, places):
            spoilt.append((f"{len(spoilt):03}-{name}", resource, kind))
    return spoilt


# The two judges.

# What stands for the errors of pyfhircheck when it stops with an exception.
Stopped = collections.namedtuple("Stopped", "code path message")


def ours(program, folder):
    run = subprocess.run([program, "conformance", "validate", folder, "--json"],
                         capture_output=True, text=True, check=False)
    files = json.loads(run.stdout)["files"]
    return {os.path.basename(item["file"])[:-5]: item for item in files}


def theirs(specification):
    """A function from a resource to the errors that pyfhircheck finds."""
    from pyfhircheck import Validator
    from pyfhircheck.config import ValidatorConfig
    from pyfhircheck.models import Severity
    validator = Validator(ValidatorConfig.load_dict({
        "localPackagePaths": [specification], "terminology": {"mode": "local"},
        "allowUnknownExtensions": True, "errorOnUnknownProfile": False,
        # A rule of its own: that every encounter is of a Patient/… .
        "customRules": {"encounterRequiresPatient": False}}))

    def judge(resource):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                report = validator.validate_resource(resource)
        except Exception as error:  # It stops on some values of a wrong kind: that is no yes.
            return [Stopped("stopped", resource["resourceType"], str(error))]
        return [issue for issue in report.issues if issue.severity == Severity.ERROR]
    return judge


def fault(issue, kind, mine):
    """Why an error of pyfhircheck is none; None when it may be one."""
    known = FAULTS.get(issue.code)
    if known and (not known[1] or known[1](issue, kind)):
        return known[0]
    if issue.code == "terminology.display" and is_warned(issue, mine):
        return "calls another display an error, of which kanglian warns at the same place"
    return None


def is_warned(issue, mine):
    """Whether kanglian warns of the display of the same coding."""
    place = issue.path.removesuffix(".display")
    return any(other["code"] == "validation.display"
               and other["expression"].removesuffix(".display") == place
               for other in mine["issues"])


# The comparison.

class Comparison:
    def __init__(self):
        self.total = collections.Counter()
        self.equal = collections.Counter()
        self.mended = collections.Counter()
        self.reasons = collections.Counter()
        self.differences = []

    def add(self, name, kind, mine, errors):
        """Counts one resource: our finding, and the errors of the other."""
        group = "good" if kind == "good" else "spoilt"
        faults = [(error, fault(error, kind, mine)) for error in errors]
        left = [error for error, why in faults if why is None]
        self.total[group] += 1
        self.equal[group] += mine["valid"] == (not errors)
        self.mended[group] += mine["valid"] == (not left)
        if mine["valid"] == (not errors):
            return
        if mine["valid"]:
            found = ", ".join(sorted({why or f"{error.code} at {error.path}"
                                      for error, why in faults}))
            reason = f"only pyfhircheck refuses: {found}"
            issue = str(errors[0].message)
        else:
            reason = f"only kanglian refuses ({kind}): pyfhircheck {GAPS[kind]}"
            issue = next(item for item in mine["issues"] if item["severity"] == "error")
            issue = f"{issue['expression']}: {issue['text']}"
        self.reasons[reason] += 1
        self.differences.append((name, reason, issue))


def percent(part, total):
    return f"{1000 * part // max(1, total) / 10} %"


def report(comparison, missed, arguments):
    lines = [
        f"`scripts/compare_validators.py --report FILE` (seed {arguments.seed}{', --deep' if arguments.deep else ''}): "
        "the same verdict, valid or not, as pyfhircheck 0.2.0 over the same definitions. \"Mended\" leaves out errors of "
        "pyfhircheck that FHIR R4 has no rule for, and displays that differ, of which both tell but only "
        "pyfhircheck as an error; they are among the reasons below.", "",
        "| Resources | Judged | Agreed | Share | Agreed, mended | Share, mended |",
        "|---|---|---|---|---|---|",
    ]
    for group in ("good", "spoilt"):
        count = comparison.total[group]
        lines.append(
            f"| {group} | {count} | {comparison.equal[group]} "
            f"| {percent(comparison.equal[group], count)} | {comparison.mended[group]} "
            f"| {percent(comparison.mended[group], count)} |")
    count = sum(comparison.total.values())
    equal, mended = sum(comparison.equal.values()), sum(comparison.mended.values())
    lines.append(f"| all | {count} | {equal} | {percent(equal, count)} | {mended} "
                 f"| {percent(mended, count)} |")
    lines += ["", f"Spoilt resources that kanglian takes: {missed}.", "",
              "### Why verdicts differ", "", "| Resources | Reason |", "|---|---|"]
    lines += [f"| {number} | {reason} |" for reason, number in
              sorted(comparison.reasons.items(), key=lambda item: (-item[1], item[0]))]
    return "\n".join(lines) + "\n"


def renew(path, text):
    """Puts the section `validators` into the page, in the order of the names."""
    sections, start = {}, "# FHIR conformance\n"
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            start, *parts = ("\n" + file.read()).split("\n## ")
        start = start.lstrip("\n")
        for part in parts:
            name, body = part.split("\n", 1)
            sections[name] = body.strip("\n")
    sections["validators"] = text.strip("\n")
    page = "\n".join([start.rstrip("\n") + "\n"] + [
        f"## {name}\n\n{sections[name]}\n" for name in sorted(sections)])
    with open(path, "w", encoding="utf-8") as file:
        file.write(page)


def install():
    """Runs this script again with pyfhircheck at hand, once that is installed."""
    stamp = os.path.join(VENV, "requirements")
    with open(REQUIREMENTS, "rb") as file:
        wanted = hashlib.sha256(file.read()).hexdigest()
    with contextlib.suppress(FileNotFoundError), open(stamp, encoding="utf-8") as file:
        if file.read() == wanted and sys.prefix == VENV:
            return
    if sys.prefix != VENV:
        if not os.path.exists(stamp):
            shutil.rmtree(VENV, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
            subprocess.run(
                [f"{VENV}/bin/python", "-m", "pip", "install", "--quiet", "--no-deps",
                 "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:",
                 "-r", REQUIREMENTS], check=True)
            with open(stamp, "w", encoding="utf-8") as file:
                file.write(wanted)
        os.execv(f"{VENV}/bin/python", [f"{VENV}/bin/python"] + sys.argv)
    sys.exit(f"{VENV} is of other requirements; delete it and run this again")


def built_program():
    built = glob.glob(os.path.join(ROOT, ".build", "*", "kanglian"))
    return max(filter(os.path.isfile, built), key=os.path.getmtime, default=None)


def parsed():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=os.environ.get(
        "KANGLIAN_DATA", os.path.join(ROOT, "..", "shared", "data")))
    parser.add_argument("--program", default=built_program())
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--report")
    arguments = parser.parse_args()
    if not arguments.program:
        sys.exit("build kanglian first: make build")
    if not os.path.isdir(os.path.join(arguments.data, "fhir-r4")):
        sys.exit(f"{arguments.data} has no folder fhir-r4; name the folder of published data")
    return arguments


def compare(arguments, folder):
    chance = random.Random(arguments.seed)
    specification = os.path.join(folder, "specification")
    for name in ("StructureDefinition", "terminology"):
        with tarfile.open(os.path.join(arguments.data, "fhir-r4", f"{name}.tar.xz")) as archive:
            archive.extractall(specification, filter="data")
    good = good_resources(arguments.data, os.path.join(folder, "examples"), chance,
                          arguments.count)
    spoilt = spoilt_resources(good, Definitions(specification), chance, arguments.count,
                              arguments.deep)
    corpus = [(name, resource, "good") for name, resource in good] + spoilt
    judged = os.path.join(folder, "judged")
    os.mkdir(judged)
    for name, resource, _ in corpus:
        with open(os.path.join(judged, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(resource, file)
    mine, judge = ours(arguments.program, judged), theirs(specification)
    comparison, missed = Comparison(), []
    for name, resource, kind in corpus:
        comparison.add(name, kind, mine[name], judge(resource))
        if kind != "good" and mine[name]["valid"]:
            missed.append(f"{name} ({kind})")
    for difference in comparison.differences:
        print(": ".join(difference))
    for name in missed:
        print(f"taken though spoilt: {name}")
    text = report(comparison, len(missed), arguments)
    print(text)
    if arguments.report:
        renew(arguments.report, text)


def main():
    arguments = parsed()
    install()
    with tempfile.TemporaryDirectory() as folder:
        compare(arguments, folder)


main()
