"""How a notebook is run: alone, as Colab opens it, by this environment's
Python, and under nobody's personal settings.
"""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

# Where things are on this machine; what else is set says how someone likes
# them.
KEPT = """
    PATH HOME TMPDIR LD_LIBRARY_PATH XDG_CACHE_HOME MPLCONFIGDIR
    TEMP TMP SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE APPDATA
    LOCALAPPDATA PROGRAMDATA NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE
""".split()
# What `make test-repeat` sets: other sums, the same text.
VARIED = """
    TF_NUM_INTRAOP_THREADS TF_NUM_INTEROP_THREADS TF_ENABLE_ONEDNN_OPTS
""".split()
SET = {
    "CUDA_VISIBLE_DEVICES": "-1",  # the stored numbers are those of a CPU
    "MATPLOTLIBRC": os.devnull,  # figures follow the notebook alone
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONUTF8": "1",  # as in Colab
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
DRAWN = Path(__file__).with_name("drawn.py").read_text(encoding="utf-8")
# What TensorFlow's C++ side logs, with time stamps, stays out of the notebook;
# what Python writes to stderr does not.
KERNEL_ARGUMENTS = ["--IPKernelApp.capture_fd_output=False"]


def settings():
    """Return the environment without anybody's personal settings."""
    kept = {name: os.environ.get(name) for name in [*KEPT, *VARIED]}
    return {name: value for name, value in kept.items() if value} | SET


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
        yield (
            str(work),
            settings()
            | {
                "IPYTHONDIR": f"{folder}/ipython",  # start-up files
                "KERAS_HOME": f"{folder}/keras",  # the default dtype, for one
                "PWD": str(work),
            },
        )


# What a kernel may not do, in a run that is stored or compared.
DIED = (
    "the kernel died: the cell ends Python, as os._exit() does, or takes more "
    "memory than there is"
)
EXITS = "it ends the kernel: leave out exit() or quit()"
CHANGES = (
    "it changes an output that it has made, of which a page shows the last "
    "state only: show each thing once, without clear_output or a display_id"
)


def exits(reply):
    payload = reply["content"].get("payload", ())
    return any(one["source"] == "ask_exit" for one in payload)


def changes(message):
    return message["msg_type"] in ("clear_output", "update_display_data")
