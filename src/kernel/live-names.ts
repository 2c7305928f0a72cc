/** How a variable of a cell is read and written from other cells. */
type Access = [read: () => unknown, write: (value: unknown) => void];

interface TslabGlobal {
  exports: Record<string, unknown>;
  live?: (names: Record<string, Access>) => void;
}

/**
 * Keeps one value per variable over all cells.
 *
 * tslab copies a variable when its cell ends. A function that was declared beside it continues with the variable itself: a
 * later `n = 5` would not be seen by it, nor the other way round. Here the shared name reads and writes the variable: the
 * cell registers it at its end, by `__tslab__.live({ n: [() => n, (value) => { n = value; }] })`.
 */
export class LiveNames {
  readonly #exports: Record<string, unknown>;
  /** Prototype of the shared names: setting a name that has an accessor here makes no copy. */
  readonly #accessors: Record<string, unknown> = Object.create(null);

  constructor() {
    const tslab = (globalThis as { __tslab__?: TslabGlobal }).__tslab__;
    if (!tslab) throw new Error("tslab's executor is not there yet");
    this.#exports = tslab.exports;
    Object.setPrototypeOf(this.#exports, this.#accessors);
    tslab.live = (names) => this.#register(names);
  }

  #register(names: Record<string, Access>): void {
    for (const [name, [get, set]] of Object.entries(names)) {
      delete this.#exports[name];
      Object.defineProperty(this.#accessors, name, { get, set, configurable: true, enumerable: true });
    }
  }

  /** A cell is about to declare these names again: they no longer stand for those of earlier cells. */
  forget(names: string[]): void {
    for (const name of names) delete this.#accessors[name];
  }

  /** The values of names, to be put back when the cell that declares them fails. */
  snapshot(names: string[]): () => void {
    const before = names.map((name) => ({
      name,
      accessor: Object.getOwnPropertyDescriptor(this.#accessors, name),
      isOwn: Object.hasOwn(this.#exports, name),
      value: Object.hasOwn(this.#exports, name) ? this.#exports[name] : undefined,
    }));
    return () => {
      for (const { name, accessor, isOwn, value } of before) {
        delete this.#exports[name];
        delete this.#accessors[name];
        if (accessor) Object.defineProperty(this.#accessors, name, accessor);
        else if (isOwn) this.#exports[name] = value;
      }
    };
  }
}

/** Source that registers variables; it stands below the code of their cell. */
export function registration(names: string[]): string {
  if (names.length === 0) return "";
  const entries = names.map((name) => `${name}: [() => ${name}, (value) => { ${name} = value; }]`);
  return `\n;__tslab__.live({ ${entries.join(", ")} });`;
}
