"""The targets of the weekly run that ask others: Colab, and GitHub."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import check_colab
import pytest

FROZEN = Path("tests/colab/requirements.txt").read_text(encoding="utf-8")


@pytest.fixture
def colab(tmp_path):
    """The address of a stand-in for Colab's list."""
    (tmp_path / "pip-freeze.txt").write_text(FROZEN, encoding="utf-8")
    return (tmp_path / "pip-freeze.txt").as_uri()


def test_the_same_versions_as_colab(colab, capsys):
    check_colab.main(colab)
    assert "the same as Colab ships" in capsys.readouterr().out


def test_names_what_colab_ships_in_another_version(colab, tmp_path):
    text = re.sub(r"(?m)^keras==.*", "keras==4.0.0", FROZEN)
    text = re.sub(r"(?m)^h5py==.*\n", "", text)
    (tmp_path / "pip-freeze.txt").write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        check_colab.main(colab)
    assert re.search(r"keras \S+ → 4.0.0", end.value.code)
    assert re.search(r"h5py \S+ → not shipped", end.value.code)
    assert "how to renew" in end.value.code


@pytest.mark.parametrize("text", [None, "404: Not Found"])
def test_no_list_is_not_the_same(colab, tmp_path, text):
    path = tmp_path / "pip-freeze.txt"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit, match="no answer|lists no versions"):
        check_colab.main(colab)


@pytest.fixture
def report(tmp_path):
    """Run the script with a stand-in for gh; return status and its calls."""

    def report(open_issue="", run="https://github.com/ann/loops/runs/1"):
        gh = tmp_path / "gh"
        gh.write_text(
            "#!/bin/sh\n"
            f'case "$2" in list) echo {open_issue} ;; *) echo "$@" ;; esac\n',
            encoding="utf-8",
        )
        gh.chmod(0o755)
        done = subprocess.run(
            [shutil.which("sh"), "tools/report-issue.sh"],
            env={
                "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
                "RUN": run,
            },
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return done.returncode, done.stdout

    return report


posix = pytest.mark.skipif(os.name == "nt", reason="the job runs on Linux")


@posix
def test_opens_one_issue_and_then_adds_to_it(report):
    status, said = report()
    assert status == 0 and said.startswith("issue create --title")
    assert "https://github.com/ann/loops/runs/1" in said
    status, said = report(open_issue="7")
    assert status == 0 and said.startswith("issue comment 7 ")


@posix
def test_says_what_is_missing(report):
    status, said = report(run="")
    assert status == 1 and "RUN is not set" in said
    sh = shutil.which("sh")
    done = subprocess.run(
        [sh, "tools/report-issue.sh"],
        env={"PATH": "/nowhere"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    assert done.returncode == 1 and "needs gh" in done.stderr
