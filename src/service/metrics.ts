import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What the service counts and measures, as Prometheus reads it. */
export class ServiceMetrics {
  readonly registry = new Registry();
  readonly requests = new Counter({
    name: "churn_http_requests_total",
    help: "requests that were answered",
    labelNames: ["service", "method", "route", "status"],
    registers: [this.registry],
  });
  readonly requestSeconds = new Histogram({
    name: "churn_http_request_seconds",
    help: "time to answer a request",
    labelNames: ["service", "route"],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.registry],
  });
  readonly batches = new Counter({
    name: "churn_stream_batches_total",
    help: "batches that were streamed",
    registers: [this.registry],
  });
  readonly rows = new Counter({
    name: "churn_stream_rows_total",
    help: "rows that were streamed",
    registers: [this.registry],
  });
  readonly batchSeconds = new Histogram({
    name: "churn_stream_batch_seconds",
    help: "time to write a batch",
    buckets: [0.002, 0.005, 0.01, 0.05, 0.2, 1, 5],
    registers: [this.registry],
  });
  readonly lag = new Gauge({
    name: "churn_stream_lag_seconds",
    help: "how much later than it was due the last batch began",
    registers: [this.registry],
  });
  readonly running = new Gauge({
    name: "churn_stream_running",
    help: "1 while this process streams",
    registers: [this.registry],
  });
  readonly ingested = new Counter({
    name: "churn_ingest_rows_total",
    help: "records that were posted, by what became of them",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly monitoringRuns = new Counter({
    name: "churn_monitoring_runs_total",
    help: "runs of the monitoring, by how they ended",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly monitoringSeconds = new Histogram({
    name: "churn_monitoring_seconds",
    help: "time of a run of the monitoring",
    buckets: [0.1, 0.5, 2, 10, 60, 300],
    registers: [this.registry],
  });
  readonly alertsOpen = new Gauge({
    name: "churn_alerts_open",
    help: "alerts that were raised and not cleared",
    registers: [this.registry],
  });
  readonly lastPoll = new Gauge({
    name: "churn_poller_last_look_seconds",
    help: "when the poller last looked for new scores, as Unix time",
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
