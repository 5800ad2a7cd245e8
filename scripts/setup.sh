#!/bin/sh
# Finds a Python new enough and hands over to setup.py, which does the work.
set -eu
cd "$(dirname "$0")/.."

for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    # A name may exist and still not run (version managers leave such stubs), so each is tried.
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$name" scripts/setup.py
    fi
done
echo "setup: Python 3.11 or newer is needed and none was found; install it, or say PYTHON=/path/to/python" >&2
exit 1
