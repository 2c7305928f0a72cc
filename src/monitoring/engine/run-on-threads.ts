import type { Worker } from "node:worker_threads";
import { toMeasureWith } from "../calculators/fit-calculator.js";
import { LARGE } from "../chunks/large-arrays.js";
import type { OrderedTable } from "../chunks/table.js";
import { calculatorFor } from "./calculators.js";
import type { JobResults, Jobs } from "./jobs.js";
import { runJob } from "./run-job.js";
import { askThread, takeThread } from "./two-threads.js";

/** Fits calculators: on two threads where the table is large and there is work for both, else on this one. */
export const fitOnThreads = ({ table, plans }: Jobs["fit"]): Promise<JobResults["fit"]> =>
  onTwoThreads(table.rows, plans, {
    nameOf: ({ name }) => name,
    run: (some) => runJob("fit", { table, plans: some }),
    ask: (thread, some) => askThread(thread, "fit", { table: toSend(table), plans: some }),
  });

/** Measures with fitted calculators, in the same way. */
export const measureOnThreads = ({ table, fitted, chunking }: Jobs["measure"]): Promise<JobResults["measure"]> =>
  onTwoThreads(table.rows, fitted, {
    nameOf: ([name]) => name,
    run: (some) => runJob("measure", { table, fitted: some, chunking }),
    ask(thread, some) {
      const sent = some.map(([name, each]) => [name, toMeasureWith(each)] as const);
      return askThread(thread, "measure", { table: toSend(table), fitted: sent, chunking });
    },
  });

interface Steps<Item, Result> {
  nameOf(item: Item): string;
  run(items: readonly Item[]): Promise<readonly Result[]>;
  ask(thread: Worker, items: readonly Item[]): Promise<readonly Result[]>;
}

/** What looks at one column after the other goes to the second thread; what shares the sorted scores stays together. */
async function onTwoThreads<Item, Result>(
  rows: number,
  items: readonly Item[],
  { nameOf, run, ask }: Steps<Item, Result>,
): Promise<Result[]> {
  const those = (wanted: "columns" | "others" | "queues") =>
    items.filter((item) => {
      const { byColumn, measureQueue } = calculatorFor(nameOf(item));
      return wanted === (measureQueue ? "queues" : byColumn ? "columns" : "others");
    });
  const columns = those("columns");
  const others = those("others");
  const thread = rows >= LARGE && columns.length > 0 && others.length > 0 ? takeThread() : undefined;
  const there = thread ? ask(thread, columns) : Promise.resolve([]);
  // a fault over there is reported when its answer is awaited, not before
  there.catch(() => {});
  const here = await run(thread ? others : [...others, ...columns]);
  // what shares its chunks among threads by itself comes when both are free
  return [...here, ...(await there), ...(await run(those("queues")))];
}

const toSend = (table: OrderedTable): OrderedTable => ({ ...table, shared: new Map() });
