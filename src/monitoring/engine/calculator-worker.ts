import { parentPort } from "node:worker_threads";
import { ChurnError } from "../../core/errors.js";
import { toError } from "../../core/fault.js";
import type { JobMessage } from "./jobs.js";
import { runJob } from "./run-job.js";

parentPort?.on("message", async ({ kind, job }: JobMessage) => {
  try {
    parentPort?.postMessage({ done: await runJob(kind, job) });
  } catch (error) {
    // an error loses its class on the way
    const fault = toError(error);
    const { message, stack } = fault;
    parentPort?.postMessage({ fault: { message, stack, code: fault instanceof ChurnError ? fault.code : null } });
  }
});
