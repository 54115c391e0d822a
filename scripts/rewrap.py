"""Wraps comment lines that are longer than 100 columns, which swift-format leaves alone.

usage: rewrap.py FILE...   Only whole-line `//` and `///` comments change; tables, lists and code
in them stay as they are.
"""

import re
import sys

LIMIT = 100
COMMENT = re.compile(r"^(\s*)(///?)( +)(\S.*)$")
FIXED = re.compile(r"^(\||[-*] |\d+\. |```|- )")


def wrap(lines: list[str]) -> list[str]:
    lines = list(lines)
    index = 0
    in_code = False
    while index < len(lines):
        match = COMMENT.match(lines[index])
        if match and match[4].startswith("```"):
            in_code = not in_code
        if match is None:
            in_code = False
        if match is None or in_code or len(lines[index]) <= LIMIT or match[4].startswith("|"):
            index += 1
            continue
        indent, marker, gap, text = match.groups()
        head = indent + marker + gap
        hanging = head + ("  " if FIXED.match(text) and not text.startswith("|") else "")
        cut = text.rfind(" ", 0, LIMIT - len(head) + 1)
        if cut <= 0:
            index += 1
            continue
        lines[index] = head + text[:cut].rstrip()
        rest = text[cut:].strip()
        following = COMMENT.match(lines[index + 1]) if index + 1 < len(lines) else None
        joins = (
            following is not None
            and following[1] + following[2] + following[3] == hanging
            and not FIXED.match(following[4])
        )
        if joins:
            lines[index + 1] = hanging + rest + " " + following[4]
        else:
            lines.insert(index + 1, hanging + rest)
        index += 1
    return lines


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        old = file.read()
    new = "\n".join(wrap(old.split("\n")))
    if new != old:
        with open(path, "w", encoding="utf-8") as file:
            file.write(new)
