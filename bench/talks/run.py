#!/usr/bin/env python3
"""The talks' Keras programs beside Candor's commands, in the same place, on the same data: score, seconds, how many times as fast.

    CANDOR_DATA=... bench/talks/run.py [--runs 3] [--only insurance,power] [--candor build/release/candor] [--python .venv/bench/bin/python]

Keras's seconds are those of training and judging alone; Candor's are those of the whole command, with reading the data and writing the model.
On a machine that does other things, too, the seconds of the processor say more: the last column. Runs take turns; the median counts. Every run has a seed of its own, the same for both. Needs nothing but Python; Keras lies in the virtual environment
that `./dev bench --peers` makes.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DATA = os.environ.get("CANDOR_DATA", "")

TASKS = {
    "insurance": ["insurance-risk/insurance-customers-1500.csv"],
    "signs": ["speed-limit-signs/speed-limit-signs.zip", "--model", "cnn", "--size", "32x32"],
    "power": ["timeseries/opsd_germany_daily.csv", "--target", "Consumption", "--horizon", "1", "--window", "30"],
    "mnist": ["mnist", "--model", "cnn"],
}


def run(command):
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds, after = time.perf_counter() - start, os.times()
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-2000:])
        sys.exit(f"{' '.join(command)} ended with {done.returncode}")
    work = after.children_user + after.children_system - before.children_user - before.children_system
    return json.loads(done.stdout.splitlines()[-1]), seconds, work


def main():
    venv = os.environ.get("CANDOR_BENCH_VENV", os.path.join(ROOT, ".venv/bench"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default=",".join(TASKS))
    parser.add_argument("--candor", default=os.path.join(ROOT, "build/release/candor"))
    parser.add_argument("--python", default=os.path.join(venv, "bin/python"))
    options = parser.parse_args()
    if not DATA:
        sys.exit("needs CANDOR_DATA, the folder that data lie in")

    print(f"{'task':<10} {'score of Keras':>22} {'of Candor':>22} {'s, Keras':>10} {'s, Candor':>10} {'times as fast':>14} {'by processor time':>18}")
    for task in options.only.split(","):
        keras, candor = [], []
        for seed in range(options.runs):
            result, _, _ = run([options.python, os.path.join(HERE, task + ".py"), str(seed)])
            keras.append((result["score"], result["seconds"], result["processor_seconds"]))
            with tempfile.TemporaryDirectory() as folder:
                result, seconds, work = run([options.candor, "train", *TASKS[task], "--seed", str(seed), "--out", folder, "--quiet", "--json"])
            candor.append((result["test"]["value"], seconds, work))

        def middle(values, which):
            return statistics.median(value[which] for value in values)

        def scores(values):
            return f"{middle(values, 0):.4f} [{min(values)[0]:.3f}, {max(values)[0]:.3f}]"

        ratio = middle(keras, 1) / middle(candor, 1)
        print(f"{task:<10} {scores(keras):>22} {scores(candor):>22} {middle(keras, 1):>10.2f} {middle(candor, 1):>10.2f} {ratio:>14.1f} {middle(keras, 2) / middle(candor, 2):>18.1f}", flush=True)


if __name__ == "__main__":
    main()
