import { type WasmMemory, wasm } from "./wasm-assembler.js";

const PAGE = 65536;
const ALIGN = 64;

/** Hands out regions of one shared memory, and takes them back; only the thread that owns it may call it. */
export class SharedHeap {
  readonly memory: WasmMemory;
  #free: { at: number; size: number }[] = [];
  #end = ALIGN;

  constructor(bytes: number) {
    const initial = Math.ceil((bytes + ALIGN) / PAGE) + 1;
    this.memory = new wasm.Memory({ initial, maximum: 65536, shared: true });
  }

  /** Address of a free region of this size, its bytes undefined. */
  allocate(bytes: number): number {
    const size = Math.ceil(Math.max(1, bytes) / ALIGN) * ALIGN;
    const found = this.#free.findIndex((region) => region.size >= size);
    if (found >= 0) {
      const region = this.#free[found];
      const { at } = region;
      region.at += size;
      region.size -= size;
      if (region.size === 0) this.#free.splice(found, 1);
      return at;
    }
    const at = this.#end;
    this.#end += size;
    const missing = this.#end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return at;
  }

  /** Takes a region back, and joins it with free neighbours. */
  free(at: number, bytes: number): void {
    this.#free.push({ at, size: Math.ceil(Math.max(1, bytes) / ALIGN) * ALIGN });
    this.#free.sort((a, b) => a.at - b.at);
    this.#free = this.#free.reduce<{ at: number; size: number }[]>((joined, region) => {
      const last = joined.at(-1);
      if (last && last.at + last.size === region.at) last.size += region.size;
      else joined.push({ ...region });
      return joined;
    }, []);
  }
}
