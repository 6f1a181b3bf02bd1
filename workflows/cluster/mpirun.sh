#!/bin/bash
# A workflow under Open MPI's launcher, where each process is one shard; then they are merged. Also as the script of a
# Slurm job (sbatch --ntasks=8 --cpus-per-task=4 mpirun.sh). Started again, all that is not done goes on.
WORKFLOW=${WORKFLOW:-sweep.yaml}
OUT=${OUT:-sweep.h5}           # process 2 of 8, counted from 0, writes sweep.3-of-8.h5
SHARDS=${SHARDS:-8}
THREADS=${THREADS:-4}          # of each process

# --enable-recovery, as otherwise all processes are ended with the first that ends with 4, some prompts failed, or 5,
# merging comes next, or is killed.
mpirun -n "$SHARDS" --bind-to none --enable-recovery \
  hookflow run "$WORKFLOW" --out "$OUT" --shard auto --resume --threads "$THREADS"
hookflow merge "$OUT" "${OUT%.h5}".[0-9]*-of-"$SHARDS".h5
