import { parentPort } from "node:worker_threads";
import { ChurnError } from "../core/errors.js";
import { type PartWork, partAnswer } from "./part-work.js";

parentPort?.on("message", (work: PartWork) => {
  try {
    parentPort?.postMessage({ done: partAnswer(work) });
  } catch (error) {
    // an error loses its class on the way
    const fault = error instanceof Error ? error : new Error(String(error));
    const { message, stack } = fault;
    parentPort?.postMessage({ fault: { message, stack, code: fault instanceof ChurnError ? fault.code : null } });
  }
});
