"""Offers the downloads on the front page, in a site that has them.

They take longer to make than the site, and Chromium, so `make book` does without, and a link to
what is not there would be broken. `make site` makes them first; then they are copied beside the
pages, and the tag `downloads` lets the front page link them.
"""

from pathlib import Path

FOLDER = "_build/downloads"
KINDS = {".pdf", ".epub", ".zip"}


def offer(app, config):
    config.html_extra_path = [*config.html_extra_path, FOLDER]


def setup(app):
    made = {path.suffix for path in Path(app.srcdir, FOLDER).glob("*")}
    if "offline" not in app.tags and KINDS <= made:
        app.tags.add("downloads")
        app.connect("config-inited", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
