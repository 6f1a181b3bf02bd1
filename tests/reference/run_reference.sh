#!/bin/sh
# Runs a Python comparison; exit code 77, which ctest counts as skipped, where this machine lacks what it needs.
if [ -z "${HOOKFLOW_REQUIRE_REFERENCES:-}" ]; then
  "$1" -c "import torch, scipy, h5py, xarray" 2>/dev/null || exit 77
  [ -d "${HOOKFLOW_GPT2_TOKENIZER:-}" ] || exit 77
fi
# Tests run side by side: threads of one that wait for each other keep those of another from the cores.
export OMP_NUM_THREADS=1
exec "$@"
