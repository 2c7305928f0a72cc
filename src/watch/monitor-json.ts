import { snakeKeys } from "../core/key-case.js";
import type { AlertOutcome } from "./alerts/alert-desk.js";
import type { MonitorResult } from "./monitor-result.js";

/** What monitoring found as files and `--json` have it: in snake_case, without the series and their charts. */
export function monitorJson({ performance, results, charts, ...rest }: Omit<MonitorResult, "files" | "told">) {
  return {
    ...snakeKeys(rest),
    alerts: rest.alerts.map((alert) => snakeKeys(alert)),
    reviews: rest.reviews.map((review) => snakeKeys(review)),
  };
}

/** What became of the alerts, the same way. */
export function outcomeJson({ events, failures, taken }: AlertOutcome) {
  return {
    taken,
    events: events.map((event) => snakeKeys(event)),
    failures: failures.map((failure) => ({ ...failure, event: snakeKeys(failure.event) })),
  };
}
