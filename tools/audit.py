"""Looks for known weaknesses of what requirements.lock pins, with pip-audit.

    python tools/audit.py [--osv-url URL]

What is accepted stands in tools/audit.toml. When the advisory service gives
no answer, nothing is known, and this fails too.
"""

import json
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

LOCK = Path("requirements.lock")
ACCEPTED = Path("tools/audit.toml")
KEYS = {"id", "package", "reason", "date", "expires"}
# The lock is complete and has hashes, so pip has nothing to resolve.
COMMAND = """
    -m pip_audit --require-hashes --no-deps --disable-pip
    --vulnerability-service osv --progress-spinner off --format json
    --requirement
""".split()


def ask(options):
    """Return what is known: package, version and ids of each weakness."""
    run = subprocess.run(
        [sys.executable, *COMMAND, LOCK, *options],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        answer = json.loads(run.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        why = run.stderr.strip().splitlines() or ["pip-audit said nothing"]
        sys.exit(
            "audit: the advisory service gave no answer, so nothing is known "
            f"about the locked packages: {why[-1]}"
        )
    if skipped := [one["name"] for one in answer if "skip_reason" in one]:
        sys.exit(f"audit: not looked up: {', '.join(skipped)}")
    return len(answer), [
        (one["name"], one["version"], {found["id"], *found["aliases"]})
        for one in answer
        for found in one["vulns"]
    ]


def accepted():
    """Return the accepted findings, or say which entry is not whole."""
    entries = tomllib.loads(ACCEPTED.read_text(encoding="utf-8"))
    entries = entries.get("accepted", [])
    for entry in entries:
        if entry.keys() != KEYS or not isinstance(entry["expires"], date):
            sys.exit(
                f"audit: {ACCEPTED}: an entry has {', '.join(sorted(KEYS))}, "
                f"two of them dates; this one is {entry}"
            )
    return entries


def problems(found, entries, today):
    """Yield what has to be done about the findings and the list."""
    for package, version, ids in found:
        entry = next(
            (
                entry
                for entry in entries
                if entry["id"] in ids and entry["package"] == package
            ),
            None,
        )
        name = f"{package} {version}: {', '.join(sorted(ids))}"
        if not entry:
            yield f"{name}: renew the lock, or accept it in {ACCEPTED}"
        elif entry["expires"] < today:
            yield f"{name}: accepted until {entry['expires']}; look again"
    for entry in entries:
        if not any(
            entry["id"] in ids and entry["package"] == package
            for package, _, ids in found
        ):
            yield (
                f"{entry['id']} of {entry['package']} is no longer found: "
                f"take it out of {ACCEPTED}"
            )


def main(options):
    entries = accepted()
    count, found = ask(options)
    if wrong := list(problems(found, entries, date.today())):
        sys.exit("\n".join(f"audit: {problem}" for problem in wrong))
    print(
        f"audit: {count} packages, {len(found)} known weaknesses"
        + (", all accepted" if found else "")
    )


if __name__ == "__main__":
    main(sys.argv[1:])
