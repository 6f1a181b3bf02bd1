#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test; ends with ctest's summary.
# For Debian 12, as root. An argument names another preset than dev: bash tests/run.sh asan
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-dev}

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends \
  g++ cmake ninja-build libtbb-dev libhdf5-dev libopenblas-dev libboost-program-options-dev libboost-math-dev \
  libyaml-cpp-dev nlohmann-json3-dev libpcre2-dev libssl-dev libgtest-dev libbenchmark-dev \
  python3 python3-torch python3-h5py python3-scipy python3-xarray python3-h5netcdf python3-netcdf4 \
  hdf5-tools netcdf-bin >/dev/null
command -v npm >/dev/null || apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null

# GPT-2's vocabulary, and what an independent tokenizer makes of thousands of texts.
references=build/references
mkdir -p "$references/node"
cp tests/reference/tokenizer/package.json "$references/node/"
npm install --prefix "$references/node" --no-package-lock --no-audit --no-fund --silent
export HOOKFLOW_REQUIRE_REFERENCES=1

cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" -j "$(nproc)"
