import { readFile } from "node:fs/promises";
import { ChurnError } from "../../core/errors.js";
import { faultCode, messageOf } from "../../core/fault.js";
import { camelKeys, type SnakeKeys, snakeKeys } from "../../core/key-case.js";
import { writeAtomic } from "../../core/write-atomic.js";
import type { MonitoringResults } from "../../monitoring/engine/fit-monitor.js";
import { type AlertEvent, type AlertMemory, type AlertRule, alertEvents, DEFAULT_RULES } from "./alert-events.js";
import type { AlertSink } from "./alert-sinks.js";

/** An event that some sink has not taken yet. */
interface Waiting {
  readonly event: AlertEvent;
  readonly sinks: string[];
}

/** The file: its events are spelled as in webhooks. */
interface Saved {
  memory: AlertMemory;
  waiting: { event: SnakeKeys<AlertEvent>; sinks: string[] }[];
}

/** Where alerts are remembered, sent to, and by which rules. */
export interface AlertDeskOptions {
  /** File that remembers which alerts were sent. */
  readonly path: string;
  readonly sinks: readonly AlertSink[];
  /** What is watched, such as a version of a model: part of an event and its id. */
  readonly subject?: string;
  /** By default performance, drift and missing values. */
  readonly rules?: readonly AlertRule[];
}

/** What came of a run. */
export interface AlertOutcome {
  readonly events: readonly AlertEvent[];
  /** What a sink did not take: it is tried again at the next run. */
  readonly failures: readonly { readonly event: AlertEvent; readonly sink: string; readonly fault: string }[];
}

/**
 * Sends alerts once: remembers in a file what is open and what was sent, and tries again what a sink refused.
 *
 * The file is written before anything is sent, so that a crash loses no alert; a sink may then see an event twice, by its id.
 */
export async function handleAlerts(results: MonitoringResults, options: AlertDeskOptions): Promise<AlertOutcome> {
  const { path, sinks, subject, rules = DEFAULT_RULES } = options;
  const saved = await readDesk(path);
  const { events, memory } = alertEvents(results, rules, saved.memory, subject ?? null);
  const names = sinks.map(({ name }) => name);
  const waiting: Waiting[] = [...saved.waiting, ...events.map((event) => ({ event, sinks: names }))];
  const save = (left: readonly Waiting[]) =>
    writeAtomic(
      path,
      `${JSON.stringify({ memory: plain(memory), waiting: left.map((each) => ({ ...each, event: snakeKeys(each.event) })) })}\n`,
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
  return { events, failures };
}

async function readDesk(path: string): Promise<{ memory: AlertMemory; waiting: Waiting[] }> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (faultCode(error) === "ENOENT") return { memory: {}, waiting: [] };
    throw error;
  }
  try {
    const { memory, waiting } = JSON.parse(text) as Saved;
    for (const state of Object.values(memory)) state.last ??= Number.NEGATIVE_INFINITY;
    return { memory, waiting: waiting.map((each) => ({ ...each, event: camelKeys<AlertEvent>(each.event) })) };
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
