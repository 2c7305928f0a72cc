import { fitCalculatorAsync, measureFittedAsync } from "../calculators/fit-calculator.js";
import { calculatorFor } from "./calculators.js";
import type { JobKind, JobResults, Jobs } from "./jobs.js";
import { queueOnThreads } from "./queue-on-threads.js";

const RUN: { readonly [K in JobKind]: (job: Jobs[K]) => Promise<JobResults[K]> } = {
  async fit({ table, plans }) {
    const results: JobResults["fit"][number][] = [];
    for (const { name, options } of plans) {
      const calculator = calculatorFor(name);
      results.push([name, await fitCalculatorAsync(calculator, table, options, queueOnThreads(calculator))]);
    }
    return results;
  },
  async measure({ table, fitted, chunking }) {
    const results: JobResults["measure"][number][] = [];
    for (const [name, each] of fitted) {
      const calculator = calculatorFor(name);
      const threads = queueOnThreads(calculator);
      results.push([name, await measureFittedAsync(calculator, each, table, chunking, threads)]);
    }
    return results;
  },
  queue: async ({ name, queue }) => (await calculatorFor(name).measureQueue?.(queue)) ?? [],
};

/** Does a job on this thread. */
export const runJob = <K extends JobKind>(kind: K, job: Jobs[K]): Promise<JobResults[K]> => RUN[kind](job);
