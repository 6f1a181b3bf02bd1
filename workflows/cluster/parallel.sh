#!/bin/bash
# A workflow under GNU parallel, some shards at a time, here or on the machines of --sshloginfile; then they are merged.
# Started again, the shards that did not end with 0 go on.
WORKFLOW=${WORKFLOW:-sweep.yaml}
OUT=${OUT:-sweep.h5}           # the third of 8 writes sweep.3-of-8.h5
SHARDS=${SHARDS:-8}
JOBS=${JOBS:-2}                # shards at a time
THREADS=${THREADS:-4}          # of each

seq "$SHARDS" | parallel --jobs "$JOBS" --joblog "${OUT%.h5}.joblog" --resume-failed \
  hookflow run "$WORKFLOW" --out "$OUT" --shard "{}/$SHARDS" --resume --threads "$THREADS"
hookflow merge "$OUT" "${OUT%.h5}".[0-9]*-of-"$SHARDS".h5
