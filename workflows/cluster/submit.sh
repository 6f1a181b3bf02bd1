#!/bin/bash
# Submits a workflow to Slurm in shards, and the job that merges them. From the folder that the run files belong in:
#   WORKFLOW=sweep.yaml OUT=sweep.h5 SHARDS=8 bash submit.sh
# hookflow inspect sweep.*-of-8.h5 shows how far they are. Submitted again, all that is not done goes on.
set -euo pipefail
export WORKFLOW=${WORKFLOW:-sweep.yaml}
export OUT=${OUT:-sweep.h5}
export SHARDS=${SHARDS:-8}
here=$(dirname "$0")

array=$(sbatch --parsable --array="1-$SHARDS" "$here/slurm_array.sh")
# afterany, as behind afterok it would never start if a task ended with 4, some prompts failed
merge=$(sbatch --parsable --dependency="afterany:$array" "$here/slurm_merge.sh")
echo "array $array, then merge $merge"
