import { readFile } from "node:fs/promises";
import { ChurnError } from "../../core/errors.js";
import { faultCode, messageOf } from "../../core/fault.js";
import { camelKeys, type SnakeKeys, snakeKeys } from "../../core/key-case.js";
import { writeAtomic } from "../../core/write-atomic.js";
import type { MonitoringResults } from "../../monitoring/engine/fit-monitor.js";
import type { AlertEvent } from "./alert-event.js";
import { type AlertMemory, type AlertRule, alertEvents } from "./alert-events.js";
import type { AlertSink } from "./alert-sinks.js";
import { type FindingMemory, findingEvents, NO_FINDINGS } from "./finding-events.js";

/** An event that some sink has not taken yet. */
interface Waiting {
  readonly event: AlertEvent;
  readonly sinks: string[];
}

/** The file: its events are spelled as in webhooks. */
interface Saved {
  memory: AlertMemory;
  findings?: FindingMemory;
  waiting: { event: SnakeKeys<AlertEvent>; sinks: string[] }[];
}

/** Where alerts are remembered, sent to, and by which rules. */
export interface AlertDeskOptions {
  /** File that remembers which alerts were sent. */
  readonly path: string;
  readonly sinks: readonly AlertSink[];
  /** What is watched, such as a version of a model: part of an event and its id. */
  readonly subject?: string;
  /** By the limits of single chunks; left out, the findings of the verdict are told, as the page shows them. */
  readonly rules?: readonly AlertRule[];
  /** Of findings: score, predicted class and label, the rate of false alarms, and chunks of quiet after an all-clear. */
  readonly outputs?: readonly string[];
  readonly falseAlarms?: number | undefined;
  readonly coolDown?: number | undefined;
}

/** What came of a run. */
export interface AlertOutcome {
  readonly events: readonly AlertEvent[];
  /** What a sink did not take: it is tried again at the next run. */
  readonly failures: readonly { readonly event: AlertEvent; readonly sink: string; readonly fault: string }[];
  /** Events, new ones and such as were owed, that every sink has by now. */
  readonly taken: number;
}

/**
 * Sends alerts once: remembers in a file what is open and what was sent, and tries again what a sink refused.
 *
 * The file is written before anything is sent, so that a crash loses no alert; a sink may then see an event twice, by its id.
 */
export async function handleAlerts(results: MonitoringResults, options: AlertDeskOptions): Promise<AlertOutcome> {
  const { path, sinks, subject = null, rules, outputs = OUTPUTS, falseAlarms, coolDown } = options;
  const saved = await readDesk(path);
  const byRule = alertEvents(results, rules ?? [], saved.memory, subject);
  const found = rules
    ? { events: [], memory: saved.findings }
    : findingEvents(results, { outputs, falseAlarms, coolDown, subject }, saved.findings);
  const events = [...byRule.events, ...found.events];
  const { memory } = byRule;
  const names = sinks.map(({ name }) => name);
  const owed = saved.waiting.map((each) => ({ ...each, sinks: nowCalled(each.sinks, names) }));
  const waiting: Waiting[] = [...owed, ...events.map((event) => ({ event, sinks: names }))];
  const save = (left: readonly Waiting[]) =>
    writeAtomic(
      path,
      `${JSON.stringify({ memory: plain(memory), findings: found.memory, waiting: left.map((each) => ({ ...each, event: snakeKeys(each.event) })) })}\n`,
    );
  await save(waiting);
  const failures: { event: AlertEvent; sink: string; fault: string }[] = [];
  const left: Waiting[] = [];
  for (const { event, sinks: to } of waiting) {
    const failed: string[] = [];
    for (const name of to) {
      const sink = sinks.find((each) => each.name === name);
      // a sink that is gone from the settings takes nothing any more
      if (!sink) continue;
      try {
        await sink.send(event);
      } catch (error) {
        failed.push(name);
        failures.push({ event, sink: name, fault: messageOf(error) });
      }
    }
    if (failed.length > 0) left.push({ event, sinks: failed });
  }
  await save(left);
  const taken = waiting.filter(({ sinks: to }) => to.length > 0).length - left.length;
  return { events, failures, taken };
}

/** How many causes are open in the file of a desk. */
export async function countOpen(path: string): Promise<number> {
  const { memory, findings } = await readDesk(path);
  return Object.values(memory).filter(({ open }) => open).length + Object.keys(findings.open).length;
}

const OUTPUTS = ["y_pred_proba", "y_pred", "y_true"];

/** The sinks that take what is owed: an address that was corrected gets what the wrong one did not take. */
function nowCalled(owed: readonly string[], names: readonly string[]): string[] {
  const kindOf = (name: string) => name.split(" ")[0];
  return [
    ...new Set(
      owed.flatMap((name) => (names.includes(name) ? [name] : names.filter((each) => kindOf(each) === kindOf(name)))),
    ),
  ];
}

async function readDesk(path: string): Promise<{ memory: AlertMemory; findings: FindingMemory; waiting: Waiting[] }> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (faultCode(error) === "ENOENT") return { memory: {}, findings: NO_FINDINGS, waiting: [] };
    throw error;
  }
  try {
    const { memory, findings = NO_FINDINGS, waiting } = JSON.parse(text) as Saved;
    for (const state of Object.values(memory)) state.last ??= Number.NEGATIVE_INFINITY;
    return {
      memory,
      findings,
      waiting: waiting.map((each) => ({ ...each, event: camelKeys<AlertEvent>(each.event) })),
    };
  } catch (cause) {
    throw new ChurnError("STORE_DAMAGED", `the alert file ${path} cannot be read`, {
      cause,
      hint: "move it away: alerts that are open will then be told again",
    });
  }
}

/** JSON has no −∞: a cause that has seen no chunk is left without its last one. */
const plain = (memory: AlertMemory) =>
  Object.fromEntries(
    Object.entries(memory).map(([key, state]) => [
      key,
      Number.isFinite(state.last) ? state : { ...state, last: undefined },
    ]),
  );
