#!/usr/bin/env bash
# Run a tool with several processes on this machine, or on several machines.
#   tools/misc/dist_run.sh TOOL NUM_PROCESSES [arguments of the tool]
# Environment: PORT, MASTER_ADDR, NNODES, NODE_RANK, PYTHON.
set -euo pipefail

if [ "$#" -lt 2 ]; then
    echo "usage: $0 TOOL NUM_PROCESSES [arguments of the tool]" >&2
    exit 2
fi
TOOL="$1"
PROCESSES="$2"
shift 2

exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" \
    --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" \
    --nproc_per_node="$PROCESSES" \
    "$TOOL" "$@"
