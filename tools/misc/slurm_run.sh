#!/usr/bin/env bash
# Run a tool through slurm.
#   tools/misc/slurm_run.sh PARTITION JOB_NAME TOOL [arguments of the tool]
# Environment: GPUS (processes in all), GPUS_PER_NODE, CPUS_PER_TASK, PYTHON,
# SRUN_ARGS (more options of srun, separated by spaces).
set -euo pipefail

if [ "$#" -lt 3 ]; then
    echo "usage: $0 PARTITION JOB_NAME TOOL [arguments of the tool]" >&2
    exit 2
fi
PARTITION="$1"
JOB_NAME="$2"
TOOL="$3"
shift 3
GPUS="${GPUS:-8}"
GPUS_PER_NODE="${GPUS_PER_NODE:-8}"
if [ "$GPUS" -lt "$GPUS_PER_NODE" ]; then
    GPUS_PER_NODE="$GPUS"
fi
read -r -a MORE <<< "${SRUN_ARGS:-}"

exec srun \
    --partition="$PARTITION" \
    --job-name="$JOB_NAME" \
    --gres="gpu:$GPUS_PER_NODE" \
    --ntasks="$GPUS" \
    --ntasks-per-node="$GPUS_PER_NODE" \
    --cpus-per-task="${CPUS_PER_TASK:-5}" \
    --kill-on-bad-exit=1 \
    ${MORE[@]+"${MORE[@]}"} \
    "${PYTHON:-python}" -u "$TOOL" "$@"
