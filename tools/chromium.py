"""Finds the Chromium of the system, and how to start it."""

import shutil

# The first one, Debian's, opens no window and is twice as fast.
NAMES = """
    chromium-headless-shell chromium chromium-browser google-chrome
""".split()
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
INSTALL = "sudo apt install chromium"
SWITCHES = """
    --no-sandbox --disable-gpu --disable-quic --no-first-run
    --disable-background-networking --disable-component-update --disable-sync
""".split()
