import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { handleAlerts } from "../monitoring/alert-desk.js";
import type { AlertEvent, AlertMemory, AlertRule } from "../monitoring/alert-events.js";
import { type AlertSink, fileSink } from "../monitoring/alert-sinks.js";
import { type MonitorResult, monitor } from "../monitoring/monitor.js";
import type { MonitorSettings } from "../monitoring/options.js";
import type { Store } from "../store/open-store.js";
import type { Metrics } from "./metrics.js";
import { settledChunks } from "./settled-chunks.js";

/** One chunk is enough for the service: its chunks are whole, and somebody waits for the news. */
const RULES: readonly AlertRule[] = [{ name: "performance", part: "realized" }];

/** What came of a run. */
export interface MonitoringRun {
  result: MonitorResult;
  /** Alerts and all-clears that are new. */
  events: readonly AlertEvent[];
  /** What a person should know, as labels of one class. */
  warning: string | undefined;
}

/** Monitors the model, one run at a time: who asks while one runs gets the answer of the next. */
export class MonitoringRunner {
  #running: Promise<MonitoringRun> | undefined;
  #next: Promise<MonitoringRun> | undefined;

  constructor(
    readonly store: Store,
    readonly settings: MonitorSettings,
    readonly log: Logger,
    readonly metrics: Metrics,
    readonly sinks: readonly AlertSink[] = [],
  ) {}

  run(): Promise<MonitoringRun> {
    if (!this.#running) {
      this.#running = this.#once().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.run();
      });
    return this.#next;
  }

  async #once(): Promise<MonitoringRun> {
    const stop = this.metrics.monitoringSeconds.startTimer();
    try {
      const result = await monitor(this.store, this.settings);
      const events = await this.#tell(result);
      const warning = await this.#oneClass(result.model_version);
      this.metrics.monitoringRuns.inc({ result: warning ? "warning" : "completed" });
      this.log.info({ model: result.model_version, alerts: result.alerts.length, told: events.length }, "monitored");
      return { result, events, warning };
    } catch (error) {
      this.metrics.monitoringRuns.inc({ result: "failed" });
      throw error;
    } finally {
      stop();
    }
  }

  async #tell(result: MonitorResult): Promise<readonly AlertEvent[]> {
    const folder = this.settings.output_dir;
    const sinks = [fileSink(join(folder, "alerts.jsonl")), this.#logSink(), ...this.sinks];
    // each model has alerts of its own
    const path = join(folder, `alerts-${result.model_version.replace(/[^\w.-]/g, "_")}.json`);
    const { events, failures } = await handleAlerts(
      { realized: settledChunks(result.performance) },
      { path, sinks, rules: RULES },
    );
    for (const { sink, fault } of failures)
      this.log.error({ sink, fault }, "an alert was not taken; it is tried again");
    const { memory } = JSON.parse(await readFile(path, "utf8")) as { memory: AlertMemory };
    this.metrics.alertsOpen.set(Object.values(memory).filter(({ open }) => open).length);
    return events;
  }

  #logSink(): AlertSink {
    return {
      name: "log",
      send: async ({ kind, message, id }) => this.log[kind === "alert" ? "warn" : "info"]({ alert: id, kind }, message),
    };
  }

  /** Says so where the labels that came in are of one class; nothing can be told from them. */
  async #oneClass(model: string): Promise<string | undefined> {
    const labels = await this.store.lease((db) =>
      db.rows<{ label: number; period: string }>(
        "SELECT DISTINCT label, period FROM model_predictions WHERE model_version = $1 AND label IS NOT NULL",
        [model],
      ),
    );
    for (const period of ["analysis", "reference"]) {
      const classes = labels.filter((row) => row.period === period);
      if (classes.length === 1) {
        return `Only one class (${classes[0]?.label}) is present in the labels of the ${period}: ROC AUC is not defined for it.`;
      }
    }
    return undefined;
  }
}
