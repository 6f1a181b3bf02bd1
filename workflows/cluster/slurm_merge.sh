#!/bin/bash
# Puts the shards of slurm_array.sh together, however they ended; submit.sh submits it. It says in a line each what is
# missing. Once that is there, submit it again, or let one machine compute the rest: hookflow resume sweep.h5
#   OUT=sweep.h5 SHARDS=8 sbatch slurm_merge.sh
#SBATCH --job-name=hookflow_merge
#SBATCH --output=%x.log
#SBATCH --open-mode=append
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=4G
#SBATCH --time=01:00:00
OUT=${OUT:-sweep.h5}
SHARDS=${SHARDS:-8}

exec hookflow merge "$OUT" "${OUT%.h5}".[0-9]*-of-"$SHARDS".h5   # 0: all is there; 4: some prompts failed; 5: see the log
