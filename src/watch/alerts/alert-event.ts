import { createHash } from "node:crypto";

/** Something to tell people: an alert, or that it is over. */
export interface AlertEvent {
  /** The same cause in the same chunk has the same id, whenever it is found. */
  readonly id: string;
  /** What is watched, such as a version of a model. */
  readonly subject: string | null;
  readonly kind: "alert" | "all_clear";
  readonly rule: string;
  /** What it is about: a metric, or a column whatever the method. */
  readonly cause: string;
  /** What a person calls that. */
  readonly title: string;
  readonly part: string;
  /** Other columns of which the same is to be told. */
  readonly also?: readonly string[];
  /** First chunk of the run of alerts. */
  readonly since: string;
  readonly chunk: string;
  readonly message: string;
  readonly value: number | null;
  readonly lowerThreshold: number | null;
  readonly upperThreshold: number | null;
}

/** An event before it has its id. */
export type Unidentified = Omit<AlertEvent, "id" | "subject">;

/** Gives an event its id: the same facts have the same one, whenever they are found. */
export function identified(event: Unidentified, subject: string | null): AlertEvent {
  const { kind, rule, part, cause, chunk } = event;
  const facts = [...(subject === null ? [] : [subject]), kind, rule, part, cause, chunk];
  return { id: createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 24), subject, ...event };
}
