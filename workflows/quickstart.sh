#!/usr/bin/env bash
# Installs what is needed, builds hookflow, silences every head of the built-in model, and shows what mattered.
# For Debian 12, as root. Leaves the program in build/release, the results in runs/head_sweep.h5 and its report beside it.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "1/3 Installing a compiler and libraries with apt"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends \
  g++ cmake ninja-build libtbb-dev libhdf5-dev libopenblas-dev libboost-program-options-dev libboost-math-dev \
  libyaml-cpp-dev nlohmann-json3-dev libpcre2-dev libutfcpp-dev libssl-dev zlib1g-dev >/dev/null
# npm fetches what draws the figures of the report.
command -v npm >/dev/null || apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null

echo "2/3 Building hookflow"
cmake --preset release -DHOOKFLOW_TESTS=OFF -DHOOKFLOW_BENCH=OFF
cmake --build --preset release

echo "3/3 Silencing each head of the built-in model"
mkdir -p runs
hookflow=build/release/hookflow
$hookflow run workflows/head_sweep.yaml --out runs/head_sweep.h5 --force
# A machine that cannot reach npm has no page, is told why, and goes on.
page=""
if $hookflow report runs/head_sweep.h5 >/dev/null; then
  page=", and on one page in runs/head_sweep.html: open it in a browser"
fi

echo
echo "The clean prediction"
$hookflow inspect runs/head_sweep.h5 clean
echo
echo "The ten heads that matter most to it: change of the target's log-probability when the head is zeroed"
$hookflow inspect runs/head_sweep.h5 scores.log_prob_change,log_prob,prob,top_token --where token=target --where replacement=zero --top 10
echo
$hookflow plot runs/head_sweep.h5 scores.log_prob_change --where token=target --where replacement=zero --text
cat <<END

Everything is in runs/head_sweep.h5$page. To go on, let the shell find hookflow:
  export PATH="$PWD/build/release:\$PATH"
  hookflow inspect runs/head_sweep.h5
  hookflow run workflows/head_ablation.yaml
Python opens the file too, once apt-get install python3-xarray python3-h5netcdf is done:
  python3 -c "import xarray; print(xarray.open_dataset('runs/head_sweep.h5', group='scores'))"
END
