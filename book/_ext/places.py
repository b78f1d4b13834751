"""Tells the cell and the line where a notebook is wrong.

MyST-NB counts both in one number, in which 20004 is the third line of the second cell.
"""

import logging
import re

from sphinx.util.logging import NAMESPACE

BOTH = re.compile(r"(?<=\.ipynb):(\d+)(\d{4})$")


def tell(record):
    if isinstance(place := getattr(record, "location", None), str):
        record.location = BOTH.sub(
            lambda both: f": cell {both[1]}, line {int(both[2]) - 1}", place
        )
    return True


def setup(app):
    for handler in logging.getLogger(NAMESPACE).handlers:
        handler.addFilter(tell)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
