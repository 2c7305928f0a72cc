import { parentPort } from "node:worker_threads";
import { ChurnError } from "../../core/errors.js";
import { toError } from "../../core/fault.js";
import { type PartWork, partAnswer } from "./calculator-job.js";
import type { DomainWork } from "./measure-domain.js";

parentPort?.on("message", async (work: PartWork | DomainWork) => {
  try {
    // boosting is loaded when it is asked for
    const done =
      work.kind === "domain_classifier"
        ? await (await import("./measure-domain.js")).measureDomain(work)
        : partAnswer(work);
    parentPort?.postMessage({ done });
  } catch (error) {
    // an error loses its class on the way
    const fault = toError(error);
    const { message, stack } = fault;
    parentPort?.postMessage({ fault: { message, stack, code: fault instanceof ChurnError ? fault.code : null } });
  }
});
