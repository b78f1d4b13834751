"""The workflows, which run on GitHub only: what can be known of them here."""

import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
import yaml

PATHS = sorted(Path(".github/workflows").glob("*.yml"))
WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in PATHS
}
JOBS = [
    pytest.param(job, id=f"{name}-{key}")
    for name, workflow in WORKFLOWS.items()
    for key, job in workflow["jobs"].items()
]
# What may be written, and by what: the pages, and the weekly issue.
WRITES = {
    ("publish.yml", "deploy"): {"pages", "id-token"},
    ("weekly.yml", "tell"): {"issues"},
}
each = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)


def targets():
    """The targets that make help lists."""
    text = Path("Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))


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


@each
def test_is_valid(path):
    check = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.github-workflows", path),
        ],
        capture_output=True,
        encoding="utf-8",
    )
    assert check.returncode == 0, check.stdout


@pytest.mark.parametrize("job", JOBS)
def test_runs_targets_of_make_and_nothing_else(job):
    for command in commands(job):
        make, *words = command.split()
        assert make == "make", command
        asked = {word for word in words if "=" not in word}
        assert asked and asked <= targets(), command
        assert all(re.fullmatch(r"[\w=-]+", word) for word in words), command


@each
def test_takes_actions_by_their_commit(path):
    """One commit for each action, and the version that it is in a comment."""
    uses = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    pinned = [
        re.fullmatch(r"(actions/[\w-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)
        for use in uses
    ]
    assert all(pinned), uses


def test_takes_each_action_in_one_version():
    uses = {
        use
        for path in PATHS
        for use in re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    }
    assert len(uses) == len({use.partition("@")[0] for use in uses}), uses


@each
def test_may_write_only_what_it_must(path):
    workflow = WORKFLOWS[path.name]
    assert "write" not in workflow["permissions"].values()
    for key, job in workflow["jobs"].items():
        rights = job.get("permissions", workflow["permissions"])
        assert isinstance(rights, dict)
        written = {name for name, right in rights.items() if right == "write"}
        assert written == WRITES.get((path.name, key), set())


@pytest.mark.parametrize("job", JOBS)
def test_a_job_has_a_limit_and_keeps_no_credentials(job):
    assert job["timeout-minutes"] <= 60
    for step in job["steps"]:
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@each
def test_one_run_at_a_time(path):
    assert WORKFLOWS[path.name]["concurrency"]["group"]


def test_each_python_and_system_is_tested_that_the_readme_promises():
    matrix = WORKFLOWS["test.yml"]["jobs"]["book"]["strategy"]["matrix"]
    readme = Path("README.md").read_text(encoding="utf-8")
    promised = re.search(r"With Python ([\d., or]+), make", readme)[1]
    assert matrix["python"] == re.findall(r"\d\.\d+", promised)
    for python in matrix["python"]:
        assert f"{python}.*" in Path("tools/find-python.sh").read_text(
            encoding="utf-8"
        )
    assert matrix["system"] == [
        f"{system}-latest" for system in ("ubuntu", "macos", "windows")
    ]


def test_nothing_is_published_that_was_not_tested():
    build = WORKFLOWS["publish.yml"]["jobs"]["build"]
    steps = [step.get("run", step.get("uses")) for step in build["steps"]]
    kinds = [
        step.split("@")[0].removesuffix(" PYTHON=python") for step in steps
    ]
    assert kinds.index("make test") < kinds.index("make site")
    assert kinds[-1] == "actions/upload-pages-artifact"
    assert WORKFLOWS["publish.yml"]["jobs"]["deploy"]["needs"] == "build"
