#!/usr/bin/env bash
# Evaluate with several processes; see tools/misc/dist_run.sh for the
# environment.
#   tools/dist_test.sh CONFIG CHECKPOINT NUM_PROCESSES [options of tools/test.py]
# CHECKPOINT is "none" for a method without weights.
set -euo pipefail

if [ "$#" -lt 3 ]; then
    echo "usage: $0 CONFIG CHECKPOINT NUM_PROCESSES [options of tools/test.py]" >&2
    exit 2
fi
TOOLS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

exec bash "$TOOLS/misc/dist_run.sh" "$TOOLS/test.py" "$3" \
    "$1" "$2" --launcher pytorch "${@:4}"
