const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

/** Stands for a line end inside a cell, and alone in a line for one that belongs to the row above: the record separator of ASCII. */
export const JOINT = "\x1e";
/** Begins a line that was too long and of which only the beginning is kept. */
export const TOO_LONG = `${JOINT}${JOINT}`;

/** Bytes of the longest line that is read. */
export const LONGEST_LINE = 1 << 24;

/** Lines and bytes that one row may have: where a quote is not closed for longer, it was none that opens a cell. */
const MOST_LINES = 200;
const MOST_BYTES = 1 << 20;

/** What is kept of a line that is too long. */
const KEPT = 200;

const joint = Buffer.from(JOINT);
const end = Buffer.from("\n");

/** Where the scan of a row is. */
interface ScanState {
  inQuotes: boolean;
  cells: number;
}

/**
 * Puts rows of CSV whose quoted cells have line ends in them on one line each (RFC 4180), with `JOINT` in their place, and as many lines
 * of a `JOINT` alone behind them, so that all lines keep their numbers.
 *
 * A quote that is not closed may be a fault of its one line: lines are joined only where that gives a row as wide as the first one, whose
 * quotes all stand where they may.
 */
export class RecordJoiner {
  /** Whether anything was put together, or cut. */
  changed = false;
  readonly #delimiter: Buffer;
  #skip: number;
  #width: number | undefined;
  /** The beginning of a line whose end has not come. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  #pending: Buffer[] = [];
  #state: ScanState = { inQuotes: false, cells: 1 };
  #out: Buffer[] = [];

  /** @param skip lines that are none of the table */
  constructor(delimiter: string, skip: number) {
    this.#delimiter = Buffer.from(delimiter);
    this.#skip = skip;
  }

  /** Takes the next bytes; gives what is joined by now. */
  push(block: Buffer): Buffer {
    let from = 0;
    for (let to = block.indexOf(NEWLINE); to !== -1; to = block.indexOf(NEWLINE, from)) {
      this.#keep(block.subarray(from, to));
      this.#line(this.#taken());
      from = to + 1;
    }
    this.#keep(block.subarray(from));
    return this.#given();
  }

  /** Takes the last line, which has no line end; gives the rest. */
  end(): Buffer {
    const last = this.#taken();
    if (last.length > 0) this.#line(last);
    while (this.#pending.length > 0) this.#giveUp();
    const given = this.#given();
    return last.length > 0 ? given.subarray(0, -1) : given;
  }

  #keep(bytes: Buffer): void {
    this.#restBytes += bytes.length;
    if (this.#restBytes <= LONGEST_LINE) this.#rest.push(Buffer.from(bytes));
    else this.#rest = [Buffer.from(Buffer.concat([...this.#rest, bytes]).subarray(0, KEPT))];
  }

  #taken(): Buffer {
    const whole = Buffer.concat(this.#rest);
    const isCut = this.#restBytes > LONGEST_LINE;
    const line = isCut ? Buffer.concat([Buffer.from(TOO_LONG), whole]) : whole;
    this.changed ||= isCut;
    this.#rest = [];
    this.#restBytes = 0;
    return line;
  }

  #given(): Buffer {
    const given = Buffer.concat(this.#out);
    this.#out = [];
    return given;
  }

  #line(line: Buffer): void {
    if (this.#skip > 0) {
      this.#skip--;
      this.#out.push(line, end);
      return;
    }
    if (this.#pending.length === 0) {
      if (this.#width !== undefined && !line.includes(QUOTE)) {
        this.#out.push(line, end);
        return;
      }
      this.#state = { inQuotes: false, cells: 1 };
    }
    const isSound = this.#scan(withoutReturn(line));
    if (isSound && this.#state.inQuotes) {
      this.#pending.push(line);
      const bytes = this.#pending.reduce((sum, each) => sum + each.length, 0);
      if (this.#pending.length > MOST_LINES || bytes > MOST_BYTES) this.#giveUp();
      return;
    }
    if (this.#pending.length === 0) {
      this.#width ??= this.#state.cells;
      this.#out.push(line, end);
      return;
    }
    this.#pending.push(line);
    this.#width ??= this.#state.cells;
    if (isSound && this.#state.cells === this.#width) this.#join();
    else this.#giveUp();
  }

  #join(): void {
    this.changed = true;
    let returns = 0;
    this.#pending.forEach((line, index) => {
      const isLast = index === this.#pending.length - 1;
      const own = isLast ? line : withoutReturn(line);
      for (let i = 0; i < own.length - (isLast ? 1 : 0); i++) {
        if (own[i] !== RETURN) continue;
        own[i] = joint[0];
        returns++;
      }
      this.#out.push(own, isLast ? end : joint);
    });
    for (let i = 1; i < this.#pending.length + returns; i++) this.#out.push(joint, end);
    this.#pending = [];
  }

  /** Takes the first of the pending lines as it is, and looks at the others again. */
  #giveUp(): void {
    const [first, ...others] = this.#pending;
    this.#pending = [];
    this.#width ??= 0;
    this.#out.push(first, end);
    for (const line of others) this.#line(line);
  }

  /** Goes on to the end of a line; false where a quote stands where none may. */
  #scan(line: Buffer): boolean {
    const state = this.#state;
    for (let i = 0; ; ) {
      if (!state.inQuotes && line[i] === QUOTE) {
        state.inQuotes = true;
        i++;
      }
      if (state.inQuotes) {
        const quote = line.indexOf(QUOTE, i);
        if (quote === -1) return true;
        if (line[quote + 1] === QUOTE) {
          i = quote + 2;
          continue;
        }
        state.inQuotes = false;
        i = quote + 1;
        if (i < line.length && line.indexOf(this.#delimiter, i) !== i) return false;
      }
      const next = line.indexOf(this.#delimiter, i);
      if (next === -1) return true;
      state.cells++;
      i = next + this.#delimiter.length;
    }
  }
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
}
