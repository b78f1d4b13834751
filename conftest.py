"""What the project adds to pytest, for the notebooks: see tests/plugins/.

And what holds in each worker, and in each program that a test starts: to open
a file without naming its encoding is an error, in the project's own modules,
for Windows has others than UTF-8; and what Python prints is UTF-8.
"""

import os
from pathlib import Path

pytest_plugins = ["exercises", "figures", "cells", "cost"]

OWN = [
    path.stem
    for folder in ("authoring", "book/_ext", "tests", "tools")
    for path in (Path(__file__).parent / folder).glob("**/*.py")
]
os.environ |= {
    "PYTHONWARNDEFAULTENCODING": "1",
    "PYTHONWARNINGS": ",".join(
        ["ignore::EncodingWarning"]  # of others
        + [f"error::EncodingWarning:{one}" for one in {"__main__", *OWN}]
    ),
    "PYTHONIOENCODING": "utf-8",
}
