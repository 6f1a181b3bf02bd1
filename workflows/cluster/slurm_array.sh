#!/bin/bash
# A workflow on a Slurm cluster, one task of an array for each shard. submit.sh submits this, and behind it the job that
# merges the shards. Tasks that were lost are submitted again by their numbers, from the same folder:
#   WORKFLOW=sweep.yaml OUT=sweep.h5 SHARDS=8 sbatch --array=3,5 slurm_array.sh
#SBATCH --job-name=hookflow
#SBATCH --output=%x_%a.log
#SBATCH --open-mode=append
#SBATCH --array=1-8            # 1 to the number of shards: a task's number is its shard's
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4      # hookflow takes as many threads
#SBATCH --mem=4G               # hookflow run sweep.yaml --dry-run tells what it needs
#SBATCH --time=04:00:00        # of one start: what is not done by then goes on in the next
#SBATCH --signal=B:USR1@120    # two minutes before that, for the last commit
#SBATCH --requeue              # start the task again when its node fails or another job takes it
WORKFLOW=${WORKFLOW:-sweep.yaml}
OUT=${OUT:-sweep.h5}           # task 3 of 8 writes sweep.3-of-8.h5
SHARDS=${SHARDS:-8}
STARTS=20                      # of one task at most, so that none goes round for ever

# In the background: while a program runs in front of it, a script reads no signal.
hookflow run "$WORKFLOW" --out "$OUT" --shard auto --shards "$SHARDS" --resume &
run=$!
trap 'late=yes; kill -TERM "$run"' USR1
trap : TERM                    # scancel sends it to hookflow, too; this script waits for the last commit
wait "$run"                    # ends early at a signal,
wait "$run"                    # and this one tells how hookflow ended
code=$?

# Slurm starts a task again by itself only when it lost its node. What scancel stops stays stopped.
if [ "${late:-no}" = yes ] && [ "$code" = 143 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt "$STARTS" ]; then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"                   # 0: done; 4: some prompts failed; 5: done, and merging comes next; 143: stopped
