#!/usr/bin/env bash
# tests/fuzz/run.sh BUILD SECONDS: runs every fuzz target of BUILD for so long, starting from its seed corpus. What is found lies in BUILD/found.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 seconds=$2
count=0
failed=()
mkdir -p "$build/found"
for target in "$build"/tests/fuzz/fuzz_*; do
  [[ -f $target && -x $target ]] || continue
  name=$(basename "$target")
  corpus=$build/corpus/$name
  mkdir -p "$corpus"
  [[ -d $here/corpus/${name#fuzz_} ]] && cp -n "$here/corpus/${name#fuzz_}"/* "$corpus/"
  echo "== $name for $seconds s from $(ls "$corpus" | wc -l) seeds"
  if ! "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=0 -verbosity=0 \
      -artifact_prefix="$build/found/$name-" "$corpus" 2>&1 | tail -40; then
    failed+=("$name")
  fi
  count=$((count + 1))
done
((count)) || { echo "fuzz: no targets in $build/tests/fuzz" >&2; exit 1; }
if ((${#failed[@]})); then
  echo "fuzz: ${#failed[@]} of $count targets failed: ${failed[*]}"
  exit 1
fi
echo "fuzz: $count targets ran $seconds s each and found nothing"
