import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What the service counts and measures, as Prometheus reads it. */
export class ServiceMetrics {
  readonly registry = new Registry();
  readonly requests = this.#counter("churn_http_requests_total", "requests that were answered", [
    "service",
    "method",
    "route",
    "status",
  ]);
  readonly requestSeconds = this.#seconds(
    "churn_http_request_seconds",
    "time to answer a request",
    [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    ["service", "route"],
  );
  readonly batches = this.#counter("churn_stream_batches_total", "batches that were streamed");
  readonly rows = this.#counter("churn_stream_rows_total", "rows that were streamed");
  readonly batchSeconds = this.#seconds(
    "churn_stream_batch_seconds",
    "time to write a batch",
    [0.002, 0.005, 0.01, 0.05, 0.2, 1, 5],
  );
  readonly lag = this.#gauge("churn_stream_lag_seconds", "how much later than it was due the last batch began");
  readonly running = this.#gauge("churn_stream_running", "1 while this process streams");
  readonly ingested = this.#counter("churn_ingest_rows_total", "records that were posted, by what became of them", [
    "result",
  ]);
  readonly filesLoaded = this.#counter(
    "churn_folder_files_total",
    "files of the watched folder, by what became of them",
    ["result"],
  );
  readonly fileRows = this.#counter("churn_folder_rows_total", "rows of the watched folder, by what became of them", [
    "result",
  ]);
  readonly lastFolderLook = this.#gauge(
    "churn_folder_last_look_seconds",
    "when the watched folder was last looked into, as Unix time",
  );
  readonly monitoringRuns = this.#counter("churn_monitoring_runs_total", "runs of the monitoring, by how they ended", [
    "result",
  ]);
  readonly monitoringSeconds = this.#seconds(
    "churn_monitoring_seconds",
    "time of a run of the monitoring",
    [0.1, 0.5, 2, 10, 60, 300],
  );
  readonly alertsOpen = this.#gauge("churn_alerts_open", "alerts that were raised and not cleared");
  readonly lastPoll = this.#gauge(
    "churn_poller_last_look_seconds",
    "when the poller last looked for new scores, as Unix time",
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.registry] });
  }

  #seconds<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.registry] });
  }
}
