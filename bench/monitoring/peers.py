"""peers.py DIR ROWS [task ...]: NannyML and Evidently on the tables of make_data.py, each task in a process of its own.

python3 -m venv V && V/bin/pip install nannyml==0.13.1 statsmodels 'pandas<3' pyarrow
python3 -m venv W && W/bin/pip install evidently==0.7.23 'pandas<3' pyarrow
A fresh nannyml misses statsmodels, a fresh evidently fails with pandas 3. Tasks of evidently: evidently_drift, evidently_classification.
"""
import json, os, resource, subprocess, sys, time
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
import warnings
warnings.filterwarnings("ignore")

directory, rows, *asked = sys.argv[1:]
METRICS = ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy", "confusion_matrix", "business_value"]
TASKS = ["realized", "cbpe", "univariate", "pca", "quality", "stats", "domain_classifier"]

def tables():
    import pandas as pd
    return [pd.read_parquet(f"{directory}/{name}_{rows}.parquet") for name in ("reference", "analysis")]

def run(task):
    clock, steps = time.perf_counter(), {}
    def step(name):
        nonlocal clock
        now = time.perf_counter(); steps[name] = round(now - clock, 3); clock = now
    if task.startswith("evidently"):
        from evidently import BinaryClassification, DataDefinition, Dataset, Report
        from evidently.presets import ClassificationPreset, DataDriftPreset
        step("import")
        definition = DataDefinition(classification=[BinaryClassification(target="y_true", prediction_labels="y_pred", prediction_probas=None)])
        reference, analysis = [Dataset.from_pandas(t.drop(columns=["id", "timestamp"]), data_definition=definition) for t in tables()]
        step("read")
        preset = DataDriftPreset() if task.endswith("drift") else ClassificationPreset()
        result = Report([preset]).run(analysis, reference)
        step("run")
        result.save_html(f"/tmp/{task}.html"); step("html")
        steps["html_mb"] = round(os.path.getsize(f"/tmp/{task}.html") / 1e6, 2)
    else:
        import nannyml as nml
        step("import")
        reference, analysis = tables()
        features = [c for c in reference.columns if c not in ("id", "timestamp", "y_pred_proba", "y_pred", "y_true")]
        numbers = [c for c in features if reference[c].dtype.kind in "fi"]
        texts = [c for c in features if c not in numbers]
        step("read")
        chunks = dict(timestamp_column_name="timestamp", chunk_period="D")
        common = dict(y_true="y_true", y_pred="y_pred", y_pred_proba="y_pred_proba", problem_type="classification_binary",
                      metrics=METRICS, business_value_matrix=[[0, -1], [-5, 4]], **chunks)
        def both(calculator, method="calculate"):
            calculator.fit(reference)
            getattr(calculator, method)(analysis).to_df(multilevel=False).to_csv()
        if task == "realized": both(nml.PerformanceCalculator(**common))
        elif task == "cbpe": both(nml.CBPE(**common), "estimate")
        elif task == "univariate":
            both(nml.UnivariateDriftCalculator(column_names=features + ["y_pred_proba", "y_pred", "y_true"], treat_as_categorical=["y_pred", "y_true"],
                 continuous_methods=["kolmogorov_smirnov", "jensen_shannon", "wasserstein", "hellinger"],
                 categorical_methods=["chi2", "jensen_shannon", "l_infinity", "hellinger"], **chunks))
        elif task == "pca": both(nml.DataReconstructionDriftCalculator(column_names=features, **chunks))
        elif task == "quality":
            both(nml.MissingValuesCalculator(column_names=features, **chunks)); both(nml.UnseenValuesCalculator(column_names=texts, **chunks))
        elif task == "stats":
            for name in ("Avg", "Sum", "Std", "Median"): both(getattr(nml, f"SummaryStats{name}Calculator")(column_names=numbers, **chunks))
            both(nml.SummaryStatsRowCountCalculator(**chunks))
        elif task == "domain_classifier":
            every = len(reference) // 10_000
            reference, analysis = [t.iloc[::every].reset_index(drop=True) for t in (reference, analysis)]
            both(nml.DomainClassifierCalculator(feature_column_names=features, timestamp_column_name="timestamp", chunk_size=1000))
        step("run")
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"task": task, "rows": int(rows), "steps": steps, "cpu": round(usage.ru_utime + usage.ru_stime, 2), "peak_mb": usage.ru_maxrss // 1000}))

if len(asked) == 1 and os.environ.get("BENCH_CHILD"): run(asked[0])
else:
    for task in asked or TASKS:
        child = subprocess.run([sys.executable, __file__, directory, rows, task], env={**os.environ, "BENCH_CHILD": "1"}, capture_output=True, text=True)
        print(child.stdout.strip() if child.returncode == 0 else f"{task} failed: {child.stderr.strip().splitlines()[-1]}", flush=True)
