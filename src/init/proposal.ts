import type { Config } from "./compose-config.js";
import type { LeftOut, ProposedMeasure } from "./measure.js";
import type { DaysPlan } from "./plan-days.js";
import type { Preview } from "./preview.js";
import type { TimeFormat } from "./time-formats.js";

/** A question that the data leave open. */
export interface Doubt {
  /** The option of `proposeConfig` that answers it. */
  option: "subscriber" | "time" | "time_format";
  question: string;
  /** Answers, the likelier one, which the config has, first. */
  choices: { value: string; title: string }[];
}

/** What was found of a role, in words, each with its evidence. */
export interface Finding {
  what: string;
  value: string;
  evidence: string[];
}

/** A config for a log, and how it came about. */
export interface Proposal {
  config: Config;
  /** Name that the config file is given unless another one is asked for. */
  name: string;
  /** What was looked at: "10,000 rows of 1 file, all of it". */
  looked: string;
  doubts: Doubt[];
  findings: Finding[];
  measures: ProposedMeasure[];
  leftOut: LeftOut[];
  /** Columns that describe the subscriber: the same in all of his rows. */
  attributes: string[];
  time: { column: string; format: TimeFormat; first: string; last: string };
  grain: "day" | "event";
  /** Column that names the record: one that comes again counts once. */
  recordId: string | null;
  days: DaysPlan;
  preview: Preview;
  /** What there is to know, worst first. */
  notes: string[];
}
