"""Times the same work in pandas and polars, on the columns that statistics.js left in a folder.

    pip install numpy pandas polars pyarrow && python peers.py FOLDER
"""
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

folder = Path(sys.argv[1])
data = {path.stem: np.fromfile(path) for path in sorted(folder.glob("*.f64"))}
data["day"] = np.fromfile(folder / "day.i32", dtype=np.int32)
columns = [name for name in data if name.startswith("c")]


def with_pandas(frame):
    frame[columns].describe()
    for name in columns:
        frame[name].corr(frame["label"])
        frame[name].rank().corr(frame["label"].rank())
    frame.groupby("day")[columns].agg(["sum", "mean"])


def with_polars(frame):
    frame.select(columns).describe()
    frame.select(
        [pl.corr(name, "label").alias(f"p{name}") for name in columns]
        + [pl.corr(name, "label", method="spearman").alias(f"s{name}") for name in columns]
    )
    frame.group_by("day").agg([pl.col(columns).sum().name.suffix("_sum"), pl.col(columns).mean().name.suffix("_mean")])


for name, work, frame in [("pandas", with_pandas, pd.DataFrame(data)), ("polars", with_polars, pl.DataFrame(data))]:
    times = []
    for _ in range(4):
        start, cpu = time.perf_counter(), time.process_time()
        work(frame)
        times.append((time.perf_counter() - start, time.process_time() - cpu))
    wall, cpu = min(times)
    print(f"{name}: {wall:.2f} s, of processors {cpu:.2f} s")
