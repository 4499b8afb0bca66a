#!/usr/bin/env bash
# Evaluate through slurm; see tools/misc/slurm_run.sh for the environment.
#   tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [options of tools/test.py]
# CHECKPOINT is "none" for a method without weights.
set -euo pipefail

if [ "$#" -lt 4 ]; then
    echo "usage: $0 PARTITION JOB_NAME CONFIG CHECKPOINT [options of tools/test.py]" >&2
    exit 2
fi
TOOLS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

exec bash "$TOOLS/misc/slurm_run.sh" "$1" "$2" "$TOOLS/test.py" \
    "$3" "$4" --launcher slurm "${@:5}"
