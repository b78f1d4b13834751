#!/bin/sh
# Prints a Python that can make .venv, or says on stderr why there is none.
# Tries the commands it is given, or the usual names. Each is run, not just looked up:
# a version manager leaves names on PATH that do not start.

[ $# -gt 0 ] || set -- python3 python3.13 python3.12 python3.11 python

for python; do
    version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
    case $version in
    3.11.* | 3.12.* | 3.13.*)
        if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
            echo "$python"
            exit
        fi
        found="$found
  $python is Python $version, without the venv module; on Debian or Ubuntu: sudo apt install python${version%.*}-venv"
        ;;
    *)
        found="$found
  $python is Python $version"
        ;;
    esac
done

cat >&2 <<END
The book needs Python 3.11, 3.12 or 3.13 (TensorFlow runs on these). Tried: $*. Found:${found:-
  none that runs}
Install one, or name one: make PYTHON=/path/to/python3.12
END
exit 1
