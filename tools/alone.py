"""Where a notebook is run: alone, as Colab opens it, and under nobody's
personal settings.
"""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",  # the stored numbers are those of a CPU
    "MATPLOTLIBRC": os.devnull,  # figures follow the notebook alone
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
DRAWN = Path(__file__).with_name("drawn.py").read_text(encoding="utf-8")


@contextmanager
def alone():
    """Make an empty folder; yield it, and the environment for a kernel there.

    No relative path and no import leads from it to the repository. It is gone
    afterwards. The kernel keeps what is drawn beside each figure.
    """
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "work")
        work.mkdir()
        startup = Path(folder, "ipython/profile_default/startup/drawn.py")
        startup.parent.mkdir(parents=True)
        startup.write_text(f"exec({DRAWN!r}, {{}})", encoding="utf-8")
        personal = {
            "IPYTHONDIR": f"{folder}/ipython",  # start-up files
            "KERAS_HOME": f"{folder}/keras",  # the default dtype, for one
            "PWD": str(work),
        }
        environment = os.environ | ENVIRONMENT | personal
        for name in ("OLDPWD", "PYTHONPATH"):
            environment.pop(name, None)
        yield str(work), environment
