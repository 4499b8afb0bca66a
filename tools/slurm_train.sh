#!/usr/bin/env bash
# Train through slurm; see tools/misc/slurm_run.sh for the environment.
#   tools/slurm_train.sh PARTITION JOB_NAME CONFIG [options of tools/train.py]
set -euo pipefail

if [ "$#" -lt 3 ]; then
    echo "usage: $0 PARTITION JOB_NAME CONFIG [options of tools/train.py]" >&2
    exit 2
fi
TOOLS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

exec bash "$TOOLS/misc/slurm_run.sh" "$1" "$2" "$TOOLS/train.py" \
    "$3" --launcher slurm "${@:4}"
