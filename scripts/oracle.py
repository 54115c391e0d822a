"""Independent judges for the tests; run with .venv/bin/python, as `make setup` installs them.

oracle.py cbor     reads one hexadecimal CBOR item a line and prints, for each, the hexadecimal of
                   cbor2's own canonical encoding of what it read, or `invalid`.
oracle.py openapi  reads an OpenAPI 3.1 description as JSON and exits with 0 when it is valid, or
                   with 1 after printing what is wrong.
oracle.py parquet FILE
                   prints the types of a Parquet file's columns, the number of its row groups, and
                   each row in the marks of Tests/ParquetTests/RandomTable.swift; fails when the
                   statistics of a column chunk are not those of its values.
"""

import datetime
import json
import struct
import sys


def cbor() -> int:
    import cbor2

    for line in sys.stdin:
        try:
            item = cbor2.loads(bytes.fromhex(line.strip()))
            print(cbor2.dumps(item, canonical=True).hex())
        except (ValueError, cbor2.CBORError):
            print("invalid")
    return 0


def openapi() -> int:
    from openapi_spec_validator import OpenAPIV31SpecValidator

    errors = list(OpenAPIV31SpecValidator(json.load(sys.stdin)).iter_errors())
    for error in errors:
        print("/".join(str(part) for part in error.absolute_path), error.message[:300])
    return 1 if errors else 0


def mark(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "x" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "'" + value.encode().hex()
    if isinstance(value, datetime.date):
        return f"d{(value - datetime.date(1970, 1, 1)).days}"
    return "[" + " ".join(mark(item) for item in value) + "]"


def check_statistics(name: str, statistics: object, cells: list) -> None:
    leaves = []
    for cell in cells:
        # A missing and an empty list hold no value, and count as one null.
        leaves += (cell or [None]) if isinstance(cell, list) else [cell]
    values = [leaf for leaf in leaves if leaf is not None]
    assert statistics.null_count == len(leaves) - len(values), name
    assert statistics.num_values == len(values), name
    if statistics.has_min_max:
        least, most = min(values), max(values)
        if isinstance(least, str):
            least, most = min(values, key=str.encode), max(values, key=str.encode)
        assert (statistics.min, statistics.max) == (least, most), name
    else:
        is_text = bool(values) and isinstance(values[0], str)
        assert not values or (is_text and max(len(value.encode()) for value in values) > 64), name


def parquet(path: str) -> int:
    from pyarrow.parquet import ParquetFile

    file = ParquetFile(path)
    print(";".join(str(field.type) for field in file.schema_arrow))
    print(file.num_row_groups)
    for index in range(file.num_row_groups):
        columns = [column.to_pylist() for column in file.read_row_group(index).columns]
        for place, cells in enumerate(columns):
            chunk = file.metadata.row_group(index).column(place)
            check_statistics(chunk.path_in_schema, chunk.statistics, cells)
        for row in zip(*columns):
            print(";".join(mark(cell) for cell in row))
    return 0


if __name__ == "__main__":
    judges = {("cbor", 2): cbor, ("openapi", 2): openapi, ("parquet", 3): parquet}
    judge = judges.get((sys.argv[1] if len(sys.argv) > 1 else "", len(sys.argv)))
    if judge is None:
        sys.exit(__doc__)
    sys.exit(judge(*sys.argv[2:]))
