#!/usr/bin/env bash
# Run the engine tests on onedl-mmengine, the maintained fork of mmengine.
#   tools/test_other_engine.sh [arguments of pytest]
# Both are imported as "mmengine". A throw-away environment on top of the
# current one holds the fork, which hides the installed mmengine, so that
# nothing else is installed twice and nothing is left behind.
# Environment: PYTHON, ENGINE (what to install, default onedl-mmengine==0.10.12).
set -euo pipefail

PYTHON="${PYTHON:-python}"
ENGINE="${ENGINE:-onedl-mmengine==0.10.12}"
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
FOLDER="$(mktemp -d)"
trap 'rm -rf "$FOLDER"' EXIT

# A venv sees the packages of the interpreter, not those of another venv,
# which therefore come second on the path.
"$PYTHON" -m venv --system-site-packages "$FOLDER/venv"
"$FOLDER/venv/bin/python" -m pip install --quiet --no-deps \
    -c "$ROOT/requirements/constraints.txt" "$ENGINE"
BASE="$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
OVERLAY="$("$FOLDER/venv/bin/python" -c \
    'import sysconfig; print(sysconfig.get_path("purelib"))')"
echo "$BASE" > "$OVERLAY/base_environment.pth"

export PYTHONPATH="$OVERLAY:$ROOT${PYTHONPATH:+:$PYTHONPATH}"
export PYTHON="$FOLDER/venv/bin/python"
"$PYTHON" - <<CHECK
import mmengine
assert mmengine.__file__.startswith('$OVERLAY'), mmengine.__file__
print('testing on mmengine', mmengine.__version__, 'from', '$ENGINE')
CHECK

cd "$ROOT"
if [ "$#" -eq 0 ]; then
    set -- tests/test_engine tests/test_tools/test_train_and_test.py
fi
"$PYTHON" -m pytest -q "$@"
