"""What the project adds to pytest, for the notebooks: see tests/plugins/."""

pytest_plugins = ["exercises", "figures", "cells", "cost"]
