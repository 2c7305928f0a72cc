import { Readable } from "node:stream";

/** Makes reading from standard input an error that says so; it would wait for ever, or see an empty file. */
export function refuseStdin(): void {
  const stdin = new Readable({
    read() {
      this.destroy(new Error('a notebook has no standard input: use a cell tagged "parameters"'));
    },
  });
  Object.defineProperty(process, "stdin", { configurable: true, enumerable: true, get: () => stdin });
}
