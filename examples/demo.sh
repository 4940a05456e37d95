#!/usr/bin/env bash
# ./dev demo: two networks on data that Candor makes itself; model files written, read again, used and looked into.
set -euo pipefail
candor=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

say() { printf '\n\033[1m%s\033[0m\n' "$1" | if [[ -t 1 ]]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }
run() {
  printf '$ candor %s\n' "$*"
  "$candor" "$@"
}

say "1. Digits: 12,000 pictures drawn from strokes, a convolutional network"
run train digits --model cnn --out digits

say "2. The model file, read again, on digits it has never seen"
run evaluate digits/model.candor digits --rows 2000 --seed 1

say "3. Customers of an insurance: a table, three classes. Nobody can do better than .811 here"
run train insurance_risk --out insurance

say "4. Answers for five new customers"
run predict insurance/model.candor insurance_risk --rows 5 --seed 1

say "5. What runs, and why"
run plan insurance/model.candor --batch-size 32

say "That was Candor. Next:"
cat <<TEXT
  build/release/candor train YOUR.csv --target COLUMN     a table of yours
  build/release/candor train YOUR-PICTURES/ --model cnn   one folder of pictures per class
  build/release/candor train --help                       what can be set
  docs/tutorial.md                                        the same in C++, to your own training loop
TEXT
