#!/usr/bin/env bash
# Evaluate with several processes on this machine, or on several machines.
#   tools/dist_test.sh CONFIG CHECKPOINT NUM_PROCESSES [options of tools/test.py]
# CHECKPOINT is "none" for a method without weights.
# Environment: PORT, MASTER_ADDR, NNODES, NODE_RANK.
set -euo pipefail

if [ "$#" -lt 3 ]; then
    echo "usage: $0 CONFIG CHECKPOINT NUM_PROCESSES [options of tools/test.py]" >&2
    exit 2
fi
CONFIG="$1"
CHECKPOINT="$2"
PROCESSES="$3"
shift 3
TOOLS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" \
    --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" \
    --nproc_per_node="$PROCESSES" \
    "$TOOLS/test.py" "$CONFIG" "$CHECKPOINT" --launcher pytorch "$@"
