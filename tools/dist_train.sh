#!/usr/bin/env bash
# Train with several processes on this machine, or on several machines.
#   tools/dist_train.sh CONFIG NUM_PROCESSES [options of tools/train.py]
# Environment: PORT, MASTER_ADDR, NNODES, NODE_RANK.
set -euo pipefail

if [ "$#" -lt 2 ]; then
    echo "usage: $0 CONFIG NUM_PROCESSES [options of tools/train.py]" >&2
    exit 2
fi
CONFIG="$1"
PROCESSES="$2"
shift 2
TOOLS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" \
    --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" \
    --nproc_per_node="$PROCESSES" \
    "$TOOLS/train.py" "$CONFIG" --launcher pytorch "$@"
