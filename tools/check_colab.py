"""Compares tests/colab/requirements.txt with what Colab ships today."""

import re
import sys
from pathlib import Path
from urllib.request import urlopen

from packaging.utils import canonicalize_name

OURS = Path("tests/colab/requirements.txt")
THEIRS = (
    "https://raw.githubusercontent.com/googlecolab/backend-info/main/"
    "pip-freeze.txt"
)


def pins(text):
    found = re.findall(r"^([\w.-]+)(?:\[.*\])?==(\S+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def main(address):
    try:
        with urlopen(address, timeout=60) as answer:
            theirs = pins(answer.read().decode())
    except OSError as error:
        sys.exit(f"check-colab: {address} gave no answer: {error}")
    if not theirs:
        sys.exit(f"check-colab: {address} lists no versions")
    shipped, _, _ = OURS.read_text(encoding="utf-8").partition("\n# What the")
    different = [
        f"check-colab: {name} {version} → {theirs.get(name, 'not shipped')}"
        for name, version in pins(shipped).items()
        if theirs.get(name) != version
    ]
    if different:
        how = f"check-colab: the first lines of {OURS} say how to renew it"
        sys.exit("\n".join([*different, how]))
    print("check-colab: the same as Colab ships today")


if __name__ == "__main__":
    main(*sys.argv[1:] or [THEIRS])
