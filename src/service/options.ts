import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const serveOptions = defineOptions("serve", {
  only: z
    .enum(["stream", "monitoring", "poller"])
    .nullable()
    .default(null)
    .describe("one part of the service alone; null: stream service, monitoring service and poller in one process"),
  ip: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe("address to listen on; another than this machine's own needs a token"),
  port: z.int().min(0).max(65535).default(5000).describe("port of the stream service; 0: a free one"),
  monitoring_port: z.int().min(0).max(65535).default(5001).describe("port of the monitoring service; 0: a free one"),
  poll_interval: z
    .number()
    .min(0.1)
    .max(86_400)
    .default(60)
    .describe("seconds from one look for new scores to the next"),
  poll_scores: z
    .boolean()
    .default(false)
    .describe("the poller also builds features and scores when a new snapshot day has come in"),
  watch_folder: z
    .boolean()
    .default(false)
    .describe("load what is new in the folder or pattern of the source by itself, once a file is written to its end"),
  watch_interval: z
    .number()
    .min(0.1)
    .max(86_400)
    .default(10)
    .describe(
      "seconds from one look into the folder to the next; a file that grows is taken when it was still for one",
    ),
  body_limit: z.int().min(1024).default(16_777_216).describe("bytes that a request may bring"),
  max_records: z.int().min(1).default(100_000).describe("records that one request to /ingest may bring"),
  max_waiting: z.int().min(1).default(16).describe("requests to /ingest that may wait for the store; more get 429"),
  rate_limit: z.int().min(1).default(6000).describe("requests a minute from one address; more get 429"),
  request_timeout: z
    .number()
    .min(0.1)
    .max(3600)
    .default(30)
    .describe("seconds in which a request must have come in whole"),
  log_level: z
    .enum(["silent", "error", "warn", "info", "debug"])
    .default("info")
    .describe("what is logged, as one JSON object a line on standard error"),
});

export type ServeOptions = InputOf<typeof serveOptions>;
export type ServeSettings = SettingsOf<typeof serveOptions>;
