"""Reads gwsaudit's reports with readers that other people wrote; each must tell the same counts as the JSON report."""

import argparse
import collections
import csv
import json
import pathlib
import sys
import xml.etree.ElementTree as xml

import jsonschema
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

SARIF_SCHEMA = pathlib.Path(__file__).parent.parent / "fixtures" / "sarif-schema-2.1.0.json"


def from_json(report):
    return collections.Counter(result["status"] for result in report["results"])


def from_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert all(None not in row and None not in row.values() for row in rows), "a row as wide as the header"
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row.values() if cell), "a formula"
    return collections.Counter(row["status"] for row in rows)


def from_connections(path):
    with open(path, newline="", encoding="utf-8") as file:
        return collections.Counter(row["outcome"] for row in csv.DictReader(file, strict=True))


def from_junit(path):
    suites = xml.parse(path).getroot()
    counts = collections.Counter()
    for case in suites.iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None:
            counts["fail"] += 1
        elif case.find("error") is not None:
            counts["undetermined"] += 1
        elif skipped is not None:
            counts[skipped.get("type").replace(" ", "_")] += 1
        else:
            counts["pass"] += 1
    assert suites.get("tests") == str(sum(counts.values()))
    assert suites.get("failures") == str(counts["fail"])
    assert suites.get("errors") == str(counts["undetermined"])
    names = collections.Counter((case.get("classname"), case.get("name")) for case in suites.iter("testcase"))
    assert not [name for name, n in names.items() if n > 1], "a test case's name is its own"
    return counts


def from_ocsf(path):
    counts = collections.Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        # The models follow schema 1.5.0, of which 1.9.0 keeps everything that is used here.
        finding = ComplianceFinding.model_validate(event)
        assert (finding.class_uid, finding.type_uid, finding.category_uid) == (2003, 200301, 2)
        assert event["metadata"]["version"] == "1.9.0"
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        assert all(evidence["data"] for evidence in event.get("evidences", []))
        counts[event["compliance"]["status_code"]] += 1
    return counts


def from_sarif(path):
    schema = json.loads(SARIF_SCHEMA.read_text(encoding="utf-8"))
    log = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(log)
    return collections.Counter(result["properties"]["status"] for result in log["runs"][0]["results"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="holds report.json, .csv, .junit, .ocsf, .sarif")
    folder = parser.parse_args().dir
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    expected = from_json(report)
    readers = {"csv": from_csv, "junit": from_junit, "ocsf": from_ocsf, "sarif": from_sarif}
    for name, read in readers.items():
        counts = read(folder / f"report.{name}")
        if counts != expected:
            sys.exit(f"{name} tells {dict(counts)}, json {dict(expected)}")
    outcomes = collections.Counter(connection["outcome"] for connection in report["connections"])
    if from_connections(folder / "connections.csv") != outcomes:
        sys.exit("the rows of connections are not those of the report")
    print(f"{sum(expected.values())} results in {len(readers) + 1} formats: {dict(expected)}")


if __name__ == "__main__":
    main()
