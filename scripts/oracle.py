"""Independent judges for the tests; run with .venv/bin/python, as `make setup` installs them.

oracle.py cbor     reads one hexadecimal CBOR item a line and prints, for each, the hexadecimal of
                   cbor2's own canonical encoding of what it read, or `invalid`.
oracle.py openapi  reads an OpenAPI 3.1 description as JSON and exits with 0 when it is valid, or
                   with 1 after printing what is wrong.
"""

import json
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


if __name__ == "__main__":
    judges = {"cbor": cbor, "openapi": openapi}
    if len(sys.argv) != 2 or sys.argv[1] not in judges:
        sys.exit(__doc__)
    sys.exit(judges[sys.argv[1]]())
