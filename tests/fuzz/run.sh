#!/usr/bin/env bash
# tests/fuzz/run.sh BUILD SECONDS [AT_ONCE]: runs every fuzz target of BUILD for so long, so many of them at once, starting from its seed
# corpus. What is found lies in BUILD/found, what the targets said in BUILD/found/NAME.log.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 seconds=$2 at_once=${3:-1}
mkdir -p "$build/found"

run() {
  local name=$1 corpus=$build/corpus/$1 status=0
  mkdir -p "$corpus"
  if [[ -d $here/corpus/${name#fuzz_} ]]; then cp -n "$here/corpus/${name#fuzz_}"/* "$corpus/"; fi
  local seeds
  seeds=$(find "$corpus" -type f | wc -l)
  "$build/tests/fuzz/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 -verbosity=0 \
      -artifact_prefix="$build/found/$name-" "$corpus" >"$build/found/$name.log" 2>&1 || status=$?
  if ((status)); then
    tail -40 "$build/found/$name.log"
    echo "== $name FAILED"
    touch "$build/found/$name.failed"
  else
    echo "== $name: $(sed -n 's/stat::number_of_executed_units: *//p' "$build/found/$name.log") inputs from $seeds seeds, nothing found"
  fi
}

names=()
for target in "$build"/tests/fuzz/fuzz_*; do
  [[ -f $target && -x $target ]] && names+=("$(basename "$target")")
done
((${#names[@]})) || { echo "fuzz: no targets in $build/tests/fuzz" >&2; exit 1; }
rm -f "$build"/found/*.failed
for name in "${names[@]}"; do
  while (($(jobs -rp | wc -l) >= at_once)); do wait -n || true; done
  run "$name" &
done
wait
failed=$(find "$build/found" -name '*.failed' | wc -l)
if ((failed)); then
  echo "fuzz: $failed of ${#names[@]} targets failed"
  exit 1
fi
echo "fuzz: ${#names[@]} targets ran $seconds s each and found nothing"
