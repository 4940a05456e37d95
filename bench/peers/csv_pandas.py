"""The table of candor_csv in pandas."""
import sys
import time

import pandas

begin = time.perf_counter()
table = pandas.read_csv(sys.argv[1])
seconds = time.perf_counter() - begin
print("rows", len(table))
print("seconds", seconds)
print("mean", table.to_numpy().mean())
