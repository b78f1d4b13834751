"""Finds the Chromium of the system, and how to start it."""

import shutil

CHROMIUM = next(
    filter(
        None,
        map(shutil.which, ["chromium", "chromium-browser", "google-chrome"]),
    ),
    None,
)
INSTALL = "sudo apt install chromium"
SWITCHES = """
    --no-sandbox --disable-gpu --disable-quic --no-first-run
    --disable-background-networking --disable-component-update --disable-sync
""".split()
