"""The targets of the weekly run that ask others: Colab, GitHub, OSV."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import check_colab
import pytest

FROZEN = Path("tests/colab/requirements.txt").read_text(encoding="utf-8")
posix = pytest.mark.skipif(os.name == "nt", reason="these run on Linux")


@pytest.mark.parametrize(
    "change, says",
    [
        (lambda text: re.sub("keras==.*", "keras==4.0", text), "→ 4.0"),
        (lambda text: re.sub("h5py==.*\n", "", text), "→ not shipped"),
        (lambda text: "404: Not Found", "lists no versions"),
        (None, "no answer"),
    ],
    ids=["another version", "one less", "no list", "no answer"],
)
def test_colab_ships_something_else(tmp_path, capsys, change, says):
    path = tmp_path / "pip-freeze.txt"
    path.write_text(FROZEN, encoding="utf-8")
    check_colab.main(path.as_uri())
    assert "the same as Colab ships" in capsys.readouterr().out
    path.write_text(
        change(FROZEN), encoding="utf-8"
    ) if change else path.unlink()
    with pytest.raises(SystemExit, match=says):
        check_colab.main(path.as_uri())


FINDING = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "aliases": ["CVE-2026-0001"],
    "summary": "a weakness",
    "affected": [{"package": {"name": "holey", "ecosystem": "PyPI"}}],
}


class Service(BaseHTTPRequestHandler):
    """Answers as OSV does: knows one weakness, of one package."""

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        found = {"vulns": [FINDING]} if b"holey" in asked else {}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *_):
        pass


@posix
@pytest.mark.parametrize(
    "package, options, failed, says",
    [
        ("sound", "", False, "audit: No known vulnerabilities found"),
        ("holey", "", True, "holey 1.0     CVE-2026-0001"),
        ("holey", "--ignore-vuln=CVE-2026-0001", False, "1 ignored"),
        ("sound", "--osv-url=http://127.0.0.1:9", True, "audit: .*refused"),
    ],
    ids=["clean", "a finding", "an excused one", "no answer"],
)
def test_audit(tmp_path, package, options, failed, says):
    lock = f"{package}==1.0 --hash=sha256:{'0' * 64}\n"
    (tmp_path / "requirements.lock").write_text(lock, encoding="utf-8")
    with HTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        run = subprocess.run(
            [
                *("make", f"--file={Path('Makefile').absolute()}", "audit"),
                "--assume-old=.venv/requirements.lock",
                f"BIN={Path(sys.executable).parent}",
                f"EXCUSED=--osv-url={url} {options}",
            ],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",  # make speaks the machine's language
        )
        server.shutdown()
    assert (run.returncode != 0) == failed, run.stdout
    assert re.search(says, run.stdout), run.stdout
    assert "Traceback" not in run.stdout


@posix
@pytest.mark.parametrize(
    "open_issue, run, status, says",
    [
        ("", "https://github.com/ann/runs/1", 0, "issue create .*ann/runs/1"),
        ("7", "https://github.com/ann/runs/1", 0, "issue comment 7 "),
        ("", "", 1, "RUN is not set"),
    ],
)
def test_report_opens_one_issue_and_then_adds_to_it(
    tmp_path, open_issue, run, status, says
):
    gh = tmp_path / "gh"
    gh.write_text(
        "#!/bin/sh\n"
        f'case "$2" in list) echo {open_issue} ;; *) echo "$@" ;; esac\n',
        encoding="utf-8",
    )
    gh.chmod(0o755)
    done = subprocess.run(
        [shutil.which("sh"), "tools/report-issue.sh"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "RUN": run},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == status
    assert re.search(says, done.stdout, re.DOTALL)
