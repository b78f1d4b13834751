"""Writes what each notebook took into a file, for the status page: --record.

The time is that of its cells and of starting its kernel, the memory the most
that its kernel held, TensorFlow included. Without the wrong answers, which
only the tests try.
"""

import json
import os
import platform
from collections import defaultdict
from datetime import date
from pathlib import Path

import psutil
import pytest

# in bytes; Linux counts in KiB, macOS in bytes
MEMORY = """
import resource, sys
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak if sys.platform == "darwin" else 1024 * peak)
"""


def pytest_addoption(parser):
    help = "write run time and memory of the notebooks; needs -n0"
    parser.addoption("--record", metavar="FILE", help=help)


def pytest_configure(config):
    if config.getoption("record"):
        if config.getoption("numprocesses"):
            raise pytest.UsageError("--record needs -n0: one at a time")
        config.pluginmanager.register(Record(config))


class Record:
    def __init__(self, config):
        self.path = Path(config.getoption("record"))
        self.path.unlink(missing_ok=True)
        self.chapters = defaultdict(lambda: {"seconds": 0.0, "bytes": 0})

    def pytest_runtest_logreport(self, report):
        notebook, _, _ = report.nodeid.partition("::")
        if notebook.endswith(".ipynb"):
            chapter = self.chapters[notebook]
            if report.when == "setup":
                chapter["seconds"] += report.duration
            elif report.when == "call":
                chapter["seconds"] += dict(report.user_properties)["seconds"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item, nextitem):
        """Ask the kernel after its last cell, while it is still there."""
        if not nextitem or nextitem.path != item.path:
            notebook = item.nodeid.partition("::")[0]
            self.chapters[notebook]["bytes"] = int(ask(item.parent.kernel))

    def pytest_sessionfinish(self, session, exitstatus):
        if exitstatus:
            return  # what failed is not measured
        memory = psutil.virtual_memory().total
        record = {
            "date": date.today().isoformat(),
            "machine": {
                "cores": os.cpu_count(),
                "memory": f"{memory / 2**30:.0f} GiB",
                "system": f"{platform.system()}, {platform.machine()}",
            },
            "python": platform.python_version(),
            "chapters": self.chapters,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(
            json.dumps(record, indent=2, sort_keys=True), encoding="utf-8"
        )


def ask(kernel):
    printed = []

    def keep(message):
        if message["content"].get("name") == "stdout":
            printed.append(message["content"]["text"])

    kernel.kc.execute_interactive(MEMORY, timeout=60, output_hook=keep)
    return "".join(printed)
