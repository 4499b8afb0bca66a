#!/usr/bin/env bash
# Train with several processes; see tools/misc/dist_run.sh for the environment.
#   tools/dist_train.sh CONFIG NUM_PROCESSES [options of tools/train.py]
set -euo pipefail

if [ "$#" -lt 2 ]; then
    echo "usage: $0 CONFIG NUM_PROCESSES [options of tools/train.py]" >&2
    exit 2
fi
TOOLS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

exec bash "$TOOLS/misc/dist_run.sh" "$TOOLS/train.py" "$2" \
    "$1" --launcher pytorch "${@:3}"
