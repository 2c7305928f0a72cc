import { join } from "node:path";
import type { Logger } from "pino";
import type { Store } from "../store/open-store.js";
import { countOpen } from "../watch/alerts/alert-desk.js";
import type { AlertEvent } from "../watch/alerts/alert-event.js";
import { monitor } from "../watch/monitor.js";
import type { MonitorResult } from "../watch/monitor-result.js";
import type { MonitorSettings } from "../watch/options.js";
import type { ServiceMetrics } from "./metrics.js";

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
    readonly metrics: ServiceMetrics,
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
      const { alert_file, output_dir } = this.settings;
      // nobody looks at the terminal of a service: alerts are kept in a file, whatever else is set
      const alerts = alert_file ?? join(output_dir, "alerts.jsonl");
      const result = await monitor(this.store, { ...this.settings, alert_file: alerts });
      const { events } = result.told;
      await this.#tell(result);
      const warning = await this.#oneClass(result.modelVersion);
      this.metrics.monitoringRuns.inc({ result: warning ? "warning" : "completed" });
      this.log.info({ model: result.modelVersion, alerts: result.alerts.length, told: events.length }, "monitored");
      return { result, events, warning };
    } catch (error) {
      this.metrics.monitoringRuns.inc({ result: "failed" });
      throw error;
    } finally {
      stop();
    }
  }

  /** Writes to the log and the metrics which alerts the sinks received. */
  async #tell({ told, modelVersion }: MonitorResult): Promise<void> {
    for (const { kind, message, id } of told.events) {
      this.log[kind === "alert" ? "warn" : "info"]({ alert: id, kind }, message);
    }
    for (const { sink, fault } of told.failures) {
      this.log.error({ sink, fault }, "an alert was not taken; it is tried again");
    }
    const path = join(this.settings.output_dir, `monitoring_alerts_${modelVersion}.json`);
    this.metrics.alertsOpen.set(await countOpen(path));
  }

  /** Says so where the labels that came in are of one class; nothing can be concluded from them. */
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
