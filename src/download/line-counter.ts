const LF = 10;
const CR = 13;
const QUOTE = 34;

/** Counts the lines of a text that comes in blocks of bytes, and keeps its beginning. */
export class LineCounter {
  /** Lines that are not blank. */
  filled = 0;
  bytes = 0;
  /** False once a quote, a carriage return or a blank line was seen: lines and cells are then not what the bytes say at first sight. */
  isPlain = true;
  readonly #head: Buffer[] = [];
  readonly #keep: number;
  /** True when the line that is being read holds something. */
  #begun = false;

  /** @param keep bytes of the beginning to keep */
  constructor(keep: number) {
    this.#keep = keep;
  }

  push(block: Buffer): void {
    if (this.bytes < this.#keep) this.#head.push(block.subarray(0, this.#keep - this.bytes));
    this.bytes += block.length;
    this.isPlain &&= !block.includes(QUOTE) && !block.includes(CR);
    let from = 0;
    for (let to = block.indexOf(LF); to !== -1; to = block.indexOf(LF, from)) {
      if (this.#begun || !isBlank(block, from, to)) this.filled++;
      else this.isPlain = false;
      this.#begun = false;
      from = to + 1;
    }
    this.#begun ||= !isBlank(block, from, block.length);
  }

  /** Counts the last line, which may have no line end. */
  end(): void {
    if (this.#begun) this.filled++;
    this.#begun = false;
  }

  get head(): Buffer {
    return Buffer.concat(this.#head);
  }
}

/** True for a line with nothing but carriage returns. */
function isBlank(block: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (block[i] !== CR) return false;
  return true;
}
