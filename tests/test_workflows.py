"""The workflows, which run on GitHub only: what can be known of them here."""

import re
from itertools import product
from pathlib import Path

import pytest
import yaml

TEXTS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted(Path(".github/workflows").glob("*.yml"))
}
WORKFLOWS = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JOBS = [
    pytest.param(name, key, job, id=f"{name}-{key}")
    for name, workflow in WORKFLOWS.items()
    for key, job in workflow["jobs"].items()
]
# What may be written, and by what: the pages, and the weekly issue.
WRITES = {
    ("publish", "deploy"): {"pages", "id-token"},
    ("weekly", "tell"): {"issues"},
}


def commands(job):
    """Each run: step, once for each combination of the matrix."""
    matrix = job.get("strategy", {}).get("matrix", {})
    for values in product(*matrix.values()):
        for step in job["steps"]:
            command = step.get("run", "")
            for key, value in zip(matrix, values):
                command = command.replace(f"${{{{ matrix.{key} }}}}", value)
            if command:
                yield command


@pytest.mark.parametrize("name, key, job", JOBS)
def test_a_job_runs_targets_of_make_and_may_do_no_more(name, key, job):
    makefile = Path("Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    for command in commands(job):
        make, *words = command.split()
        asked = {word for word in words if "=" not in word}
        assert make == "make" and asked and asked <= targets, command
        assert all(re.fullmatch(r"[\w=-]+", word) for word in words), command
    rights = job.get("permissions", WORKFLOWS[name]["permissions"])
    written = {right for right in rights if rights[right] == "write"}
    assert written == WRITES.get((name, key), set())
    assert job["timeout-minutes"] <= 60
    for step in job["steps"]:
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


def test_each_action_is_taken_by_one_commit():
    """With the version that it is in a comment."""
    uses = set(re.findall(r"uses: (.*)", "\n".join(TEXTS.values())))
    pinned = r"(actions/[\w-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+"
    actions = [re.fullmatch(pinned, use) for use in uses]
    assert all(actions), uses
    assert len({action[1] for action in actions}) == len(uses), uses


def test_each_python_and_system_is_tested_that_the_readme_promises():
    matrix = WORKFLOWS["test"]["jobs"]["book"]["strategy"]["matrix"]
    readme = Path("README.md").read_text(encoding="utf-8")
    promised = re.search(r"With Python ([\d., or]+), make", readme)[1]
    assert matrix["python"] == re.findall(r"\d\.\d+", promised)
    for python in matrix["python"]:
        assert f"{python}.*" in Path("tools/find-python.sh").read_text(
            encoding="utf-8"
        )
    assert [system.partition("-")[0] for system in matrix["system"]] == [
        "ubuntu",
        "macos",
        "windows",
    ]


def test_nothing_is_published_that_was_not_tested():
    jobs = WORKFLOWS["publish"]["jobs"]
    steps = [
        step.get("run", step.get("uses")) for step in jobs["build"]["steps"]
    ]
    order = " ".join(steps)
    assert "make test" in order.partition("make site")[0]
    assert steps[-1].startswith("actions/upload-pages-artifact@")
    assert jobs["deploy"]["needs"] == "build"
