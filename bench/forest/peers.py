"""peers.py PEER TRAIN.bin ROWS TEST.bin TEST_ROWS TREES DEPTH THREADS SEED: fits one peer once and prints a line of JSON.

The tables are float64 columns one after the other, the label last. A depth of 0 is no limit. Reading the table and
importing the library are not timed; making the library's own data structure is, as a user pays for it.
"""

import json
import resource
import sys
import time

import numpy as np


def load(path, rows):
    table = np.fromfile(path).reshape(-1, rows)
    return np.ascontiguousarray(table[:-1].T), table[-1].astype(np.int64)


def cpu():
    return sum(u.ru_utime + u.ru_stime for u in (resource.getrusage(resource.RUSAGE_SELF),))


peer, train_path, rows, test_path, test_rows, trees, depth, threads, seed = sys.argv[1:10]
rows, test_rows, trees, depth, threads, seed = map(int, (rows, test_rows, trees, depth, threads, seed))
x, y = load(train_path, rows)
x_test, y_test = load(test_path, test_rows)
unlimited = depth == 0

if peer == "scikit-learn":
    from sklearn.ensemble import RandomForestClassifier

    def fit():
        return RandomForestClassifier(trees, max_depth=depth or None, n_jobs=threads, random_state=seed).fit(x, y)

    def predict(model):
        return model.predict_proba(x_test)[:, 1]

elif peer == "scikit-learn-grid":
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import GridSearchCV, KFold

    def fit():
        grid = {"n_estimators": [50, 100], "max_depth": [5, 10]}
        forest = RandomForestClassifier(n_jobs=threads, random_state=seed)
        return GridSearchCV(forest, grid, scoring="roc_auc", cv=KFold(3, shuffle=True, random_state=seed)).fit(x, y)

    def predict(model):
        return model.predict_proba(x_test)[:, 1]

elif peer == "hist-gradient-boosting":
    from sklearn.ensemble import HistGradientBoostingClassifier

    def fit():
        return HistGradientBoostingClassifier(random_state=seed).fit(x, y)

    def predict(model):
        return model.predict_proba(x_test)[:, 1]

elif peer == "lightgbm-rf":
    import lightgbm

    def fit():
        return lightgbm.LGBMClassifier(
            boosting_type="rf", n_estimators=trees, max_depth=depth or -1, num_leaves=2**depth if depth else 65536,
            subsample=0.632, subsample_freq=1, feature_fraction_bynode=float(np.sqrt(x.shape[1]) / x.shape[1]),
            min_child_samples=1, min_child_weight=0, n_jobs=threads, random_state=seed, verbose=-1).fit(x, y)

    def predict(model):
        return model.predict_proba(x_test)[:, 1]

elif peer == "xgboost-rf":
    import xgboost

    def fit():
        return xgboost.XGBRFClassifier(
            n_estimators=trees, max_depth=depth, tree_method="hist", max_bin=256, subsample=0.632,
            colsample_bynode=float(np.sqrt(x.shape[1]) / x.shape[1]), n_jobs=threads, random_state=seed).fit(x, y)

    def predict(model):
        return model.predict_proba(x_test)[:, 1]

elif peer in ("ydf-exact", "ydf-binned"):
    import ydf

    ydf.verbose(0)
    names = [f"f{j:02d}" for j in range(x.shape[1])]
    frame = {**dict(zip(names, x.T)), "label": y}
    frame_test = dict(zip(names, x_test.T))

    def fit():
        return ydf.RandomForestLearner(
            label="label", num_trees=trees, max_depth=depth + 1 if depth else -1, winner_take_all=False,
            compute_oob_performances=False, num_threads=threads, random_seed=seed,
            discretize_numerical_columns=peer == "ydf-binned").train(frame)

    def predict(model):
        return model.predict(frame_test)

else:
    sys.exit(f"unknown peer {peer}")

wall, used = time.perf_counter(), cpu()
model = fit()
fit_s, fit_cpu = time.perf_counter() - wall, cpu() - used
wall, used = time.perf_counter(), cpu()
p = np.asarray(predict(model), dtype=float)
predict_s, predict_cpu = time.perf_counter() - wall, cpu() - used

from sklearn.metrics import log_loss, roc_auc_score  # noqa: E402

print(json.dumps({
    "peer": peer, "rows": rows, "trees": trees, "depth": depth,
    "fit_s": round(fit_s, 3), "fit_cpu_s": round(fit_cpu, 3),
    "predict_s": round(predict_s, 4), "predict_cpu_s": round(predict_cpu, 4),
    "auc": round(float(roc_auc_score(y_test, p)), 4), "log_loss": round(float(log_loss(y_test, p)), 4),
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}))
