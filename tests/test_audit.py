"""make audit, against a stand-in for the advisory service on this machine."""

import json
import shutil
import subprocess
import sys
import threading
import tomllib
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import audit as tools_audit
import pytest

HASH = "0" * 64
FINDING = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "aliases": ["CVE-2026-0001"],
    "summary": "a weakness",
    "affected": [
        {
            "package": {"name": "holey", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "2.0"}]}],
            "versions": ["1.0"],
        }
    ],
}
ENTRY = """
[[accepted]]
id = "CVE-2026-0001"
package = "holey"
reason = "of no use against a reader"
date = 2026-01-01
expires = 9999-12-30
"""


class Service(BaseHTTPRequestHandler):
    """Answers as OSV does: knows one weakness, of one package."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        asked = json.loads(self.rfile.read(length))["package"]["name"]
        found = {"vulns": [FINDING]} if asked == "holey" else {}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def service():
    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()


@pytest.fixture
def audit(tmp_path, service):
    """Audit a lock of these packages; return the status and what it says."""
    (tmp_path / "tools").mkdir()
    shutil.copy("tools/audit.py", tmp_path / "tools")

    def audit(*packages, accepted="", url=service):
        lock = [f"{name} --hash=sha256:{HASH}\n" for name in packages]
        (tmp_path / "requirements.lock").write_text(
            "".join(lock), encoding="utf-8"
        )
        (tmp_path / "tools/audit.toml").write_text(accepted, encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "tools/audit.py", f"--osv-url={url}"],
            cwd=tmp_path,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return run.returncode, run.stdout

    return audit


def test_clean(audit):
    status, said = audit("sound==1.0", "firm==2.0")
    assert (status, said) == (0, "audit: 2 packages, 0 known weaknesses\n")


def test_a_finding_is_named(audit):
    status, said = audit("sound==1.0", "holey==1.0")
    assert status == 1
    assert "holey 1.0: CVE-2026-0001, GHSA-aaaa-bbbb-cccc: renew" in said


def test_an_accepted_finding_passes(audit):
    status, said = audit("holey==1.0", accepted=ENTRY)
    assert status == 0
    assert said == "audit: 1 packages, 1 known weaknesses, all accepted\n"


FOUND = [("holey", "1.0", {"GHSA-aaaa-bbbb-cccc", "CVE-2026-0001"})]


@pytest.mark.parametrize(
    "found, today, said",
    [
        (FOUND, date(9999, 12, 31), "accepted until 9999-12-30; look again"),
        ([], date(2026, 1, 1), "CVE-2026-0001 of holey is no longer found"),
        (
            [("other", *FOUND[0][1:]), *FOUND],
            date(2026, 1, 1),
            "other 1.0: CVE-2026-0001, GHSA-aaaa-bbbb-cccc: renew the lock",
        ),
    ],
    ids=["expired", "no longer found", "of another package"],
)
def test_an_acceptance_holds_for_one_finding_and_a_time(found, today, said):
    entries = tomllib.loads(ENTRY)["accepted"]
    [problem] = tools_audit.problems(found, entries, today)
    assert said in problem


def test_an_entry_without_a_date_is_named(audit):
    status, said = audit("sound==1.0", accepted="[[accepted]]\nid = 'X'")
    assert status == 1 and "an entry has date, expires, id" in said


def test_no_answer_is_not_clean(audit):
    status, said = audit("sound==1.0", url="http://127.0.0.1:9/v1/query")
    assert status == 1
    assert "gave no answer, so nothing is known" in said
    assert "Traceback" not in said


def test_the_list_of_the_project_can_be_read():
    tools_audit.accepted()
