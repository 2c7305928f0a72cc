import type { Columns } from "./read-columns.js";

/** Rows of `DP_CDR_Data`: columns by name as `db.columns` gives them, or a part of a Parquet file with those columns. */
export type BatchRows = { columns: Columns } | { parquet: string; from: number; count: number };

/** A row that is set aside, and why. */
export interface RejectedRow {
  /** Place of the row in what was sent, from 1. */
  line: number;
  columnName: string | null;
  reason: string;
  raw: string;
}

/** Labels that came in after their rows: columns of one length. */
export interface LateLabels {
  subscriber: readonly string[];
  /** Days since 1970-01-01. */
  day: Int32Array;
  label: Float64Array;
}

/** A batch to be written once. Its key is kind, name and number: it is written when the ledger has no such key. */
export interface NewBatch {
  kind: "stream" | "ingest";
  /** Name of the stream, or the idempotency key of what was sent. */
  name: string;
  /** Place in the stream, from 0. */
  number: number;
  /** Where the rows come from, in words. */
  source: string;
  /** Names what the rows are; a second batch of the same key must have the same. */
  content: string;
  rows: BatchRows;
  rejects?: readonly RejectedRow[];
  /** Labels of rows that are in the store already. */
  labels?: LateLabels;
  notes?: Record<string, unknown>;
}

/** What the ledger says of a batch: lines = rows + rejected + merged + stored_before. */
export interface CommittedBatch {
  batchId: number;
  lines: number;
  rows: number;
  rejected: number;
  /** Events that were added to another row: one of the store, or one of the batch. */
  merged: number;
  /** Rows that the store held already, cell by cell. */
  storedBefore: number;
  firstDay: string | null;
  lastDay: string | null;
  /** False when the batch was in the ledger already, and nothing was written. */
  written: boolean;
}
