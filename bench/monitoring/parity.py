"""parity.py [--default] [CASE ...]: our CSV files beside NannyML's own, cell by cell, on data and settings that the tests do not have.

python3 -m venv V && V/bin/pip install nannyml==0.13.1 statsmodels 'pandas<3' pyarrow
npm run build && V/bin/python bench/monitoring/parity.py
Each case makes its data (seeded), runs `churn monitor --compat nannyml` and NannyML with the same monitor.json, and prints
the cells compared and those that differ by more than 1e-8 relative. With --default ours runs without --compat: what differs is what docs/monitoring.md lists. Average precision's sampling error is random in NannyML.
"""
import json, os, re, subprocess, sys, tempfile
# numpy's vector sorts leave ties in another order than the scalar one that NannyML's documented numbers come from
os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "X86_V3 X86_V4 AVX512_ICL AVX512_SPR")
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
import warnings
warnings.filterwarnings("ignore")
import logging
logging.disable(logging.CRITICAL)
import numpy as np, pandas as pd

MOST = 6
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
COMPAT = [] if "--default" in sys.argv else ["--compat", "nannyml"]
CONTINUOUS = ["kolmogorov_smirnov", "jensen_shannon", "wasserstein", "hellinger"]
CATEGORICAL = ["chi2", "jensen_shannon", "l_infinity", "hellinger"]
METRICS = ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy", "confusion_matrix", "business_value"]


def subscribers(n, seed, start, days, shift=0.0):
    """Text ids, truth values, categories with holes, repeated values, long tails; half of the names need quoting."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.choice(days * 86400, n, replace=False))
    usage = rng.gamma(2, 30, n) * (1 - shift * (t / t.max()))
    calls = rng.poisson(usage / 10).astype(float)
    plan = rng.choice(["pre paid", "basic", "plus, family", "max"], n, p=[.4, .3, .2, .1]).astype(object)
    region = np.array([f"R{i}" for i in range(15)])[np.minimum(rng.geometric(.3 - .1 * shift, n) - 1, 14)].astype(object)
    region[rng.random(n) < .05 + .1 * shift] = None
    roaming = rng.random(n) < .2 + .3 * shift * (t / t.max())
    balance = np.round(rng.standard_t(3, n) * 15 + 20, 2)
    balance[rng.random(n) < .03 + .1 * shift] = np.nan
    z = -1.2 - usage / 60 + 1.1 * roaming + .5 * (plan == "pre paid") + rng.normal(0, .6, n)
    churn = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)
    score = np.round(1 / (1 + np.exp(-(1.4 * z + .3 + rng.normal(0, .4, n)))), 3)
    return pd.DataFrame({"msisdn": [f"S{seed}-{i:06d}" for i in range(n)], "scored at": pd.Timestamp(start) + pd.to_timedelta(t, unit="s"),
        "usage": np.round(usage, 3), "calls": calls, "plan": plan, "region": region, "roaming": roaming, "balance": balance,
        "complaints": rng.poisson(.2 + shift, n), "p_churn": score, "called": (score >= .4).astype(int), "left": churn})


ROLES = {"timestamp": "scored at", "identifier": "msisdn", "y_pred_proba": "p_churn", "y_pred": "called", "y_true": "left"}
NUMBERS, TEXTS = ["usage", "calls", "balance", "complaints"], ["plan", "region", "roaming"]
WORTH = [[0, -2], [-10, 7.5]]


def both(**own):
    config = {"columns": ROLES,
        "realized": {"metrics": METRICS, "business_value_matrix": WORTH}, "cbpe": {"metrics": METRICS, "business_value_matrix": WORTH},
        "univariate": {"column_names": NUMBERS + TEXTS + ["p_churn", "called"], "treat_as_categorical": ["called", "complaints"],
                       "continuous_methods": CONTINUOUS, "categorical_methods": CATEGORICAL},
        "pca": {"column_names": NUMBERS + TEXTS}, "missing": {"column_names": NUMBERS + TEXTS}, "unseen": {"column_names": TEXTS},
        "range": {"column_names": NUMBERS}, "stats": {"column_names": NUMBERS, "statistics": ["avg", "sum", "std", "median", "count"]},
        "ranking": {"method": "alert_count"}}
    for key, value in own.items():
        config[key] = {**config.get(key, {}), **value} if value is not None else None
    return {key: value for key, value in config.items() if value is not None}


def small(n=3000, m=2500, **own):
    reference, analysis = subscribers(n, 1, "2024-01-01", 90), subscribers(m, 2, "2024-04-01", 70, .5)
    return reference, analysis, both(**own)


def case_daily():
    return small(chunking={"period": "D"}, realized={"normalize_confusion_matrix": "true"}, cbpe={"normalize_confusion_matrix": "true"})

def case_weekly_rates():
    return small(chunking={"period": "W"}, realized={"normalize_confusion_matrix": "all", "normalize_business_value": "per_prediction"},
                 cbpe={"normalize_confusion_matrix": "all", "normalize_business_value": "per_prediction"},
                 missing={"normalize": False}, unseen={"normalize": False}, range={"normalize": False})

def case_monthly_thresholds():
    limits = {"roc_auc": {"type": "constant", "lower": 0.7, "upper": None}, "f1": {"type": "standard_deviation", "std_lower_multiplier": 1, "std_upper_multiplier": None},
              "recall": {"type": "standard_deviation", "offset_from": "nanmedian"}, "accuracy": {"type": "constant", "upper": 0.99}, "confusion_matrix": {"type": "standard_deviation", "std_lower_multiplier": 2}}
    return small(chunking={"period": "M"}, realized={"thresholds": limits, "normalize_confusion_matrix": "pred"}, cbpe={"thresholds": limits, "normalize_confusion_matrix": "pred"},
                 univariate={"thresholds": {"jensen_shannon": {"type": "constant", "upper": 0.1}, "wasserstein": {"type": "standard_deviation", "std_upper_multiplier": 1}}},
                 pca={"n_components": 3, "threshold": {"type": "standard_deviation", "std_lower_multiplier": 1, "std_upper_multiplier": 1}},
                 missing={"threshold": {"type": "constant", "upper": 0.05}}, unseen={"threshold": {"type": "constant", "upper": 0.01}},
                 stats={"threshold": {"type": "standard_deviation", "std_lower_multiplier": 2, "std_upper_multiplier": 2}},
                 ranking={"method": "correlation", "metric": "roc_auc"})

def case_size_append():
    return small(chunking={"size": 400, "incomplete": "append"}, pca={"n_components": 0.9})

def case_size_drop():
    return small(chunking={"size": 333, "incomplete": "drop"}, ranking={"method": "correlation", "metric": "f1", "only_drifting": True})

def case_number():
    return small(chunking={"number": 7, "incomplete": "keep"}, ranking={"only_drifting": True})

def case_default_no_time():
    reference, analysis, config = small()
    config["columns"] = {key: value for key, value in ROLES.items() if key != "timestamp"}
    return reference.drop(columns="scored at"), analysis.drop(columns="scored at"), config

def case_hours():
    reference, analysis, config = small(4000, 3000, chunking={"period": "H"}, pca=None)
    for table in (reference, analysis):
        table["scored at"] = pd.Timestamp("2024-03-30 22:00") + (table["scored at"] - table["scored at"].min()) / 60
    return reference, analysis, config

def case_quarters_shuffled():
    reference = subscribers(6000, 3, "2022-11-10", 420)
    analysis = subscribers(4000, 4, "2024-01-05", 300, .3)
    return reference.sample(frac=1, random_state=1), analysis.sample(frac=1, random_state=2), both(chunking={"period": "Q"})

def case_years():
    return subscribers(3000, 5, "2019-03-03", 1500), subscribers(3000, 6, "2023-06-01", 700, .2), both(chunking={"period": "Y"})

def case_large_estimated():
    """Above 10,000 rows NannyML estimates Kolmogorov-Smirnov and Wasserstein from bins."""
    return subscribers(15000, 7, "2024-01-01", 60), subscribers(12000, 8, "2024-03-01", 60, .6), both(chunking={"period": "W"})

def case_labels_partly():
    reference, analysis, config = small(chunking={"period": "W"})
    analysis["left"] = analysis["left"].astype(float)
    analysis.loc[analysis.index[len(analysis) // 2:], "left"] = np.where(np.random.default_rng(3).random(len(analysis) - len(analysis) // 2) < .6, np.nan, analysis["left"].iloc[len(analysis) // 2:])
    return reference, analysis, config

def case_targets_joined():
    reference, analysis, config = small(chunking={"size": 500})
    return reference, analysis, config, "msisdn"

def case_only_scores():
    """No predicted class: only the metrics of ranking."""
    ranking = {"metrics": ["roc_auc", "average_precision"], "business_value_matrix": None}
    reference, analysis, config = small(chunking={"period": "W"}, realized=ranking, cbpe=ranking, univariate={"column_names": NUMBERS + TEXTS, "treat_as_categorical": [], "treat_as_numerical": ["complaints"]})
    config["columns"] = {key: value for key, value in ROLES.items() if key != "y_pred"}
    return reference.drop(columns="called"), analysis.drop(columns="called"), config

def case_domain_classifier():
    reference, analysis, _ = small(4000, 2000)
    return reference, analysis, {"columns": ROLES, "chunking": {"size": 500}, "domain_classifier": {"feature_column_names": NUMBERS + TEXTS}}

def case_edges():
    """A constant column, a column missing in one chunk, one-class chunks, chunks without a predicted churner, ties in every score."""
    reference, analysis, config = small(2000, 1500, chunking={"size": 100})
    for table in (reference, analysis):
        table["p_churn"] = table["p_churn"].round(1); table["called"] = (table["p_churn"] >= .4).astype(int); table["fixed"] = 3.5
    analysis.loc[100:199, "left"] = 0; analysis.loc[200:299, "called"] = 0; analysis.loc[300:399, "called"] = 1
    analysis.loc[400:499, "balance"] = np.nan; analysis.loc[500:599, "region"] = None; analysis.loc[600:699, "plan"] = "gold"
    analysis.loc[700:799, "left"] = 0; analysis.loc[700:799, "called"] = 0; analysis.loc[800:899, "left"] = 1
    config["univariate"]["column_names"] = config["univariate"]["column_names"] + ["fixed"]
    config["stats"]["column_names"] = NUMBERS + ["fixed"]; config["range"]["column_names"] = NUMBERS + ["fixed"]
    config["pca"]["column_names"] = NUMBERS + TEXTS + ["fixed"]; config["missing"]["column_names"] = NUMBERS + TEXTS + ["fixed"]
    return reference, analysis, config


def theirs(reference, analysis, config):
    """NannyML's tables by part; an exception instead of a table where it fails."""
    import nannyml as nml
    from nannyml.chunk import CountBasedChunker, DefaultChunker, PeriodBasedChunker, SizeBasedChunker
    from nannyml.thresholds import ConstantThreshold, StandardDeviationThreshold
    roles, chunking = config["columns"], config.get("chunking", {})
    time = roles.get("timestamp")
    incomplete = {"incomplete": chunking["incomplete"]} if "incomplete" in chunking else {}
    if "period" in chunking: chunker = PeriodBasedChunker(offset=chunking["period"].lower() if chunking["period"] == "H" else chunking["period"], timestamp_column_name=time)
    elif "size" in chunking: chunker = SizeBasedChunker(chunk_size=chunking["size"], timestamp_column_name=time, **incomplete)
    elif "number" in chunking: chunker = CountBasedChunker(chunk_number=chunking["number"], timestamp_column_name=time, **incomplete)
    else: chunker = DefaultChunker(timestamp_column_name=time)
    common = {"chunker": chunker, **({"timestamp_column_name": time} if time else {})}
    def threshold(value):
        value = dict(value); kind = value.pop("type")
        if kind == "constant": return ConstantThreshold(**value)
        if "offset_from" in value: value["offset_from"] = getattr(np, value["offset_from"])
        return StandardDeviationThreshold(**value)
    def options(part, *keys):
        given = {key: value for key, value in config[part].items() if key in keys and value is not None}
        if "threshold" in given: given["threshold"] = threshold(given["threshold"])
        if "thresholds" in given: given["thresholds"] = {key: threshold(value) for key, value in given["thresholds"].items()}
        return given
    performance = dict(y_true=roles.get("y_true"), y_pred=roles.get("y_pred"), y_pred_proba=roles.get("y_pred_proba"), problem_type="classification_binary")
    keys = ("metrics", "thresholds", "normalize_confusion_matrix", "business_value_matrix", "normalize_business_value")
    columns = ("column_names", "normalize", "threshold")
    makers = {
        "realized": lambda: nml.PerformanceCalculator(**performance, **options("realized", *keys), **common),
        "cbpe": lambda: nml.CBPE(**performance, **options("cbpe", *keys), **common),
        "univariate": lambda: nml.UnivariateDriftCalculator(**options("univariate", "column_names", "treat_as_categorical", "treat_as_numerical", "continuous_methods", "categorical_methods", "thresholds"), **common),
        "pca": lambda: nml.DataReconstructionDriftCalculator(**options("pca", "column_names", "n_components", "threshold"), **common),
        "domain_classifier": lambda: nml.DomainClassifierCalculator(**options("domain_classifier", "feature_column_names", "cv_folds_num", "threshold"), **common),
        "missing": lambda: nml.MissingValuesCalculator(**options("missing", *columns), **common),
        "unseen": lambda: nml.UnseenValuesCalculator(**options("unseen", *columns), **common),
        "range": lambda: __import__("nannyml.data_quality.range", fromlist=["x"]).NumericalRangeCalculator(**options("range", *columns), **common),
    }
    names = {"avg": "Avg", "sum": "Sum", "std": "Std", "median": "Median", "count": "RowCount"}
    results, tables = {}, {}
    def run(part, make):
        try:
            calculator = make().fit(reference.copy())
            results[part] = getattr(calculator, "estimate" if part == "cbpe" else "calculate")(analysis.copy())
            tables[part] = results[part].to_df(multilevel=False)
        except Exception as error:
            tables[part] = error
    for part in config:
        if part in makers: run(part, makers[part])
        if part == "stats":
            for name in config["stats"]["statistics"]:
                given = options("stats", "threshold") if name == "count" else options("stats", "column_names", "threshold")
                run(f"stats_{name}", lambda: getattr(nml, f"SummaryStats{names[name]}Calculator")(**given, **common))
    ranking = config.get("ranking")
    if ranking is not None and "univariate" in results:
        drift = results["univariate"].filter(methods=[config["univariate"]["continuous_methods"][0], config["univariate"]["categorical_methods"][0]])
        only = ranking.get("only_drifting", False)
        if ranking.get("method") == "correlation":
            metric = results["realized"].filter(metrics=[ranking["metric"]])
            ranker = nml.CorrelationRanker(); ranker.fit(metric.filter(period="reference"))
            tables["ranking"] = ranker.rank(drift, metric, only_drifting=only)
        else: tables["ranking"] = nml.AlertCountRanker().rank(drift, only_drifting=only)
    return tables


def cells(ours, their, part):
    """Cells compared, and what differs."""
    compared, odd = 0, []
    if list(ours.columns) != list(their.columns):
        mine, other = set(ours.columns), set(their.columns)
        odd.append(f"columns: only ours {sorted(mine - other)}, only theirs {sorted(other - mine)}" if mine != other else "columns in another order")
        if mine == other and part == "univariate": odd.pop()  # NannyML puts forced types in the order of a set
    if len(ours) != len(their): return 0, [*odd, f"{len(ours)} rows, theirs {len(their)}"]
    random = re.compile(r"average_precision_(sampling_error|(upper|lower)_confidence_boundary)$")
    for name in their.columns:
        if name not in ours.columns or random.search(name): continue
        a, b = ours[name], their[name]
        if "date" in name:
            a, b = [[None if pd.isna(v) else pd.Timestamp(v) for v in column] for column in (a, b)]
            different = [i for i, (x, y) in enumerate(zip(a, b)) if x != y]
        else:
            different = []
            for i, (x, y) in enumerate(zip(a, b)):
                if pd.isna(x) and pd.isna(y): continue
                if pd.isna(x) != pd.isna(y): different.append(i); continue
                if isinstance(y, (bool, np.bool_, str)): same = str(x) == str(y)
                else:
                    # distances near 0 are roots of what the last bit of a logarithm leaves
                    limit = .02 if part == "domain_classifier" else 1e-8 * abs(float(y)) + (1e-11 if part == "univariate" else 1e-12)
                    same = abs(float(x) - float(y)) <= limit
                if not same: different.append(i)
        compared += len(their)
        odd += [f"{name}[{i}] ({their.iloc[i, 0]}): ours {list(a)[i]!r}, theirs {list(b)[i]!r}" for i in different]
    return compared, odd


def check(case):
    made = globals()[f"case_{case}"]()
    reference, analysis, config = made[:3]
    total = misses = 0
    with tempfile.TemporaryDirectory() as folder:
        at = lambda name: os.path.join(folder, name)
        join = made[3] if len(made) > 3 else None
        scored, flags = analysis, []
        if join:
            analysis[[join, config["columns"]["y_true"]]].sample(frac=1, random_state=5).to_csv(at("targets.csv.gz"), index=False)
            scored, flags = analysis.drop(columns=config["columns"]["y_true"]), ["--targets", at("targets.csv.gz"), "--join", join]
        reference.to_csv(at("reference.csv.gz"), index=False)
        scored.to_parquet(at("analysis.parquet"), index=False) if case.startswith("quarters") else scored.to_csv(at("analysis.csv"), index=False)
        with open(at("monitor.json"), "w") as file: json.dump(config, file)
        ours = subprocess.run(["node", os.path.join(ROOT, "bin", "churn.js"), "monitor", "--reference", at("reference.csv.gz"), *flags,
            "--analysis", at("analysis.parquet") if case.startswith("quarters") else at("analysis.csv"), "--config", at("monitor.json"), "--output", at("out"), *COMPAT], capture_output=True, text=True)
        if ours.returncode:
            print(f"{case}: FAILED {ours.stderr}"); return 0, 1
        # what a person reads is what NannyML is given: the same files
        read = lambda name: pd.read_csv(at(name), **({"parse_dates": [config["columns"]["timestamp"]]} if "timestamp" in config["columns"] else {}))
        given = pd.read_parquet(at("analysis.parquet")).fillna({"region": np.nan}) if case.startswith("quarters") else read("analysis.csv")
        if join: given = given.merge(pd.read_csv(at("targets.csv.gz")), on=join, how="left")
        for part, table in theirs(read("reference.csv.gz"), given, config).items():
            if isinstance(table, Exception):
                print(f"{case} {part}: NannyML fails: {str(table).splitlines()[0] if str(table) else type(table)}"); continue
            path = at(f"out/{part}.csv")
            if not os.path.exists(path):
                print(f"{case} {part}: ours is missing"); misses += 1; continue
            compared, odd = cells(pd.read_csv(path), table.reset_index(drop=True), part)
            total += compared; misses += len(odd)
            for line in odd[:MOST]: print(f"{case} {part}: {line}")
            if len(odd) > MOST: print(f"{case} {part}: … {len(odd)} in all")
    print(f"{case}: {total} cells compared, {misses} differ", flush=True)
    return total, misses


if __name__ == "__main__":
    cases = [name for name in sys.argv[1:] if name != "--default"] or [name[5:] for name in globals() if name.startswith("case_")]
    done = [check(case) for case in cases]
    print(f"all: {sum(n for n, _ in done)} cells compared, {sum(m for _, m in done)} differ")
