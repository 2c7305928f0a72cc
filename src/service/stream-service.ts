import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import type { Store } from "../store/open-store.js";
import type { StreamSettings } from "../stream/options.js";
import { cdrRecord, faultAnswer, ingestAnswer, messageAnswer, startStreamBody, streamState } from "./api-schemas.js";
import { ingest } from "./ingest.js";
import { makeServer, type ServerParts } from "./make-server.js";
import type { ApiRoute } from "./openapi.js";
import { postedRecords } from "./posted-records.js";
import type { StreamRunner } from "./stream-runner.js";

const FAULTS = {
  400: { description: "the request is wrong", body: faultAnswer },
  429: { description: "too much at once; Retry-After says when", body: faultAnswer },
  503: { description: "the store is in use for longer than it is waited for", body: faultAnswer },
};

const STREAM_ROUTES: readonly ApiRoute[] = [
  {
    method: "POST",
    url: "/start_stream",
    summary: "start a stream in the background",
    body: startStreamBody,
    answers: {
      200: { description: "Streaming started", body: messageAnswer },
      409: { description: "A streaming process is already running", body: messageAnswer },
      ...FAULTS,
    },
  },
  {
    method: "GET",
    url: "/stream",
    summary: "how the stream is",
    answers: { 200: { description: "state", body: streamState } },
  },
  {
    method: "POST",
    url: "/stop_stream",
    summary: "stop the stream after the batch in flight",
    answers: { 200: { description: "Streaming stopped", body: messageAnswer } },
  },
  {
    method: "POST",
    url: "/ingest",
    summary: "store records; each row is checked, and bad ones are set aside",
    headers: { "Idempotency-Key": "names the request: sent again, it is written once" },
    body: z.union([z.object({ records: z.array(cdrRecord) }), z.array(cdrRecord)]),
    example: { records: [{ DP_DATE: "2024-05-01", DP_MSISDN: "491700000001", DP_MOC_COUNT: 3, DP_MOC_DURATION: 181 }] },
    answers: {
      200: { description: "what became of the records", body: ingestAnswer },
      409: { description: "the key came with other records before", body: faultAnswer },
      413: { description: "too large", body: faultAnswer },
      422: { description: "no record can be used", body: ingestAnswer },
      ...FAULTS,
    },
  },
];

/**
 * Makes the service on port 5000: a stream in the background, and records from outside.
 *
 * @returns a server that does not listen yet
 */
export async function streamService(
  store: Store,
  runner: StreamRunner,
  stream: StreamSettings,
  parts: ServerParts,
): Promise<FastifyInstance> {
  const app = await makeServer("stream", parts, { routes: STREAM_ROUTES, fault: (told) => told });
  const { settings, metrics } = parts;
  const { batch_size: _size, num_batches: _batches, interval: _interval, ...rest } = stream;

  app.post("/start_stream", async (request, reply) => {
    const body = checkBody(startStreamBody, request.body ?? {});
    try {
      await runner.start({ ...rest, ...body });
    } catch (error) {
      if (!(error instanceof ChurnError && error.code === "ALREADY_RUNNING")) throw error;
      return reply.code(409).send({ message: "A streaming process is already running" });
    }
    return { message: "Streaming started" };
  });

  app.get("/stream", () => runner.report());

  app.post("/stop_stream", async () => {
    const ran = await runner.stop(true);
    return { message: ran ? "Streaming stopped" : "No streaming process is running" };
  });

  let waiting = 0;
  app.post("/ingest", async (request, reply) => {
    const body = checkBody(postedRecords, request.body ?? {});
    const records = Array.isArray(body) ? body : body.records;
    if (records.length > settings.max_records) {
      const message = `${records.length} records are more than the ${settings.max_records} that one request may bring`;
      return reply.code(413).send({ message, code: "TOO_LARGE", hint: "send them in several requests" });
    }
    if (waiting >= settings.max_waiting) {
      reply.header("retry-after", "1");
      return reply.code(429).send({ message: "the store is busy with other records", code: "TOO_MANY" });
    }
    waiting++;
    try {
      const answer = await ingest(store, records, keyOf(request.headers["idempotency-key"]));
      if (answer.written) {
        metrics.ingested.inc({ result: "stored" }, answer.rows);
        metrics.ingested.inc({ result: "rejected" }, answer.rejected);
        metrics.ingested.inc({ result: "known" }, answer.stored_before);
      }
      return reply.code(answer.rejected === answer.lines ? 422 : 200).send(answer);
    } finally {
      waiting--;
    }
  });
  return app;
}

function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = String(header);
  if (/^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new ChurnError("BAD_INPUT", "the Idempotency-Key must be 1 to 200 visible characters without spaces");
}

/** Checks a body by its schema; the fault names the key and the nearest valid one. */
function checkBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue.code === "unrecognized_keys") {
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : ["records"];
    const key = issue.keys[0];
    const near = closestMatch(key, known);
    throw new ChurnError("BAD_OPTION", `unknown key ${JSON.stringify(key.slice(0, 100))}`, {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : `it takes ${known.join(", ")}`,
    });
  }
  const path = issue.path.join(".");
  const told = issue.code === "invalid_union" ? unionFault(issue) : issue.message;
  throw new ChurnError("BAD_OPTION", path ? `"${path.slice(0, 100)}": ${told}` : told);
}

/** What is wrong with a body that may have two forms: the fault of its records, where it has any. */
function unionFault({ errors }: { errors: z.core.$ZodIssue[][] }): string {
  const own = errors.flat().find(({ code, message }) => code === "custom" && message.startsWith("record "));
  return own?.message ?? "it takes a list of records, or an object with one";
}
