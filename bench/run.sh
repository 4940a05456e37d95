#!/usr/bin/env bash
# `./dev bench`: builds the driver, makes the peers' virtual environment when asked to, and runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ ${1:-} == --candid ]]; then  # faults planted into sound data: no peers, no times
  folder=${CANDOR_BENCH_BUILD:-build/release}
  cmake --preset release -B "$folder" -DCANDOR_BENCH=ON >/dev/null
  cmake --build "$folder" -j "${CANDOR_JOBS:-$(nproc)}" --target candor_candid >&2
  exec "$folder/bench/candor_candid" "${@:2}"
fi

venv=${CANDOR_BENCH_VENV:-.venv/bench}
arguments=()
for word in "$@"; do
  if [[ $word == --peers ]]; then
    if [[ ! -x $venv/bin/python ]]; then
      python3 -m venv "$venv" || { echo "bench: python3 with its venv module is needed for the peers (apt-get install python3-venv)" >&2; exit 1; }
    fi
    "$venv/bin/pip" install --quiet 'torch==2.*' jax keras onnx onnxruntime ai-edge-litert flatbuffers scikit-learn numpy polars pandas >&2
  else
    arguments+=("$word")
  fi
done

folder=${CANDOR_BENCH_BUILD:-build/release}
cmake --preset release -B "$folder" -DCANDOR_BENCH=ON >/dev/null
cmake --build "$folder" -j "${CANDOR_JOBS:-$(nproc)}" --target candor_bench candor_hello candor_csv candor_program >&2
[[ -x $venv/bin/python ]] && arguments+=(--python "$venv/bin/python")
exec "$folder/bench/candor_bench" "${arguments[@]}"
