/**
 * A small assembler for WebAssembly: expressions are arrays of bytes that functions put together.
 *
 * It knows the instructions that the loops of the forest need (WebAssembly Core Specification 2.0, chapter 5).
 */
export type Code = readonly number[];

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F64 = 0x7c;
export const V128 = 0x7b;

/** One function of a module; its locals follow its parameters. */
export interface WasmFunction {
  name: string;
  parameters: readonly number[];
  results: readonly number[];
  locals: readonly number[];
  body: Code;
}

/** The only part of the global WebAssembly that is used here; Node's types do not declare it. */
interface WasmGlobal {
  Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, (...numbers: number[]) => number> };
}

/** Memory that threads and WebAssembly share. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

export const wasm = (globalThis as unknown as { WebAssembly: WasmGlobal }).WebAssembly;

/** Unsigned LEB128. */
function u(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128. */
function s(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, opcode];
const unary =
  (opcode: number) =>
  (a: Code): Code => [...a, opcode];
const load =
  (opcode: number, align: number) =>
  (address: Code, offset = 0): Code => [...address, opcode, align, ...u(offset)];
const store =
  (opcode: number, align: number) =>
  (address: Code, value: Code, offset = 0): Code => [...address, ...value, opcode, align, ...u(offset)];

export const seq = (...codes: Code[]): Code => codes.flat();
export const localGet = (local: number): Code => [0x20, ...u(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...u(local)];
export const tee = (local: number, value: Code): Code => [...value, 0x22, ...u(local)];
export const int = (value: number): Code => [0x41, ...s(value)];
export const float = (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];

/** A loop; `again(0)` within it goes back to its start, `again(1)` to that of the loop around it. */
export const loop = (...body: Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0b];
/** A block; `leave(0)` within it goes to its end. */
export const block = (...body: Code[]): Code => [0x02, 0x40, ...body.flat(), 0x0b];
export const when = (condition: Code, ...body: Code[]): Code => [...condition, 0x04, 0x40, ...body.flat(), 0x0b];
export const branch = (depth: number): Code => [0x0c, ...u(depth)];
export const branchIf = (depth: number, condition: Code): Code => [...condition, 0x0d, ...u(depth)];
export const choose = (ifTrue: Code, ifFalse: Code, condition: Code): Code => [
  ...ifTrue,
  ...ifFalse,
  ...condition,
  0x1b,
];

export const i32 = {
  load: load(0x28, 2),
  load8: load(0x2d, 0),
  store: store(0x36, 2),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  store8: store(0x3a, 0),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shr: binary(0x76),
  eq: binary(0x46),
  gt: binary(0x4b),
  lt: binary(0x49),
  /** Low half of a 64-bit integer. */
  wrap: unary(0xa7),
};

export const i64 = {
  load: load(0x29, 3),
  store: store(0x37, 3),
  add: binary(0x7c),
  or: binary(0x84),
  shr: binary(0x88),
  eqz: unary(0x50),
  const: (value: number): Code => [0x42, ...s(value)],
};

export const f64 = {
  load: load(0x2b, 3),
  store: store(0x39, 3),
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  floor: unary(0x9c),
  eq: binary(0x61),
  lt: binary(0x63),
  le: binary(0x65),
  /** From an unsigned 32-bit integer. */
  from: unary(0xb8),
};

/** Two 64-bit floats at once. */
export const f64x2 = {
  load: (address: Code, offset = 0): Code => [...address, 0xfd, 0x00, 3, ...u(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0xfd, 0x0b, 3, ...u(offset)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xf0, 0x01],
  sub: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xf1, 0x01],
  mul: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xf2, 0x01],
  div: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xf3, 0x01],
  min: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xf4, 0x01],
  max: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xf5, 0x01],
  abs: (a: Code): Code => [...a, 0xfd, 0xec, 0x01],
  neg: (a: Code): Code => [...a, 0xfd, 0xed, 0x01],
  ceil: (a: Code): Code => [...a, 0xfd, 0x74],
  /** Towards 0. */
  trunc: (a: Code): Code => [...a, 0xfd, 0x7a],
  /** All bits 1 where it is so, else 0. */
  eq: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0x47],
  lt: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0x49],
  splat: (a: Code): Code => [...a, 0xfd, 0x14],
  const: (value: number): Code => [0xfd, 0x0c, ...new Uint8Array(Float64Array.of(value, value).buffer)],
  lane: (a: Code, lane: 0 | 1): Code => [...a, 0xfd, 0x21, lane],
  withLane: (a: Code, lane: 0 | 1, value: Code): Code => [...a, ...value, 0xfd, 0x22, lane],
  /** The bits of both floats. */
  bits: {
    const: (value: bigint): Code => [0xfd, 0x0c, ...new Uint8Array(BigInt64Array.of(value, value).buffer)],
    and: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0x4e],
    or: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0x50],
    shl: (a: Code, places: number): Code => [...a, ...int(places), 0xfd, 0xcb, 0x01],
    shr: (a: Code, places: number): Code => [...a, ...int(places), 0xfd, 0xcd, 0x01],
    choose: (ifOnes: Code, ifZeros: Code, mask: Code): Code => [...ifOnes, ...ifZeros, ...mask, 0xfd, 0x52],
  },
};

/** memory.copy and memory.fill of the bulk memory operations. */
export const copy = (to: Code, from: Code, size: Code): Code => [...to, ...from, ...size, 0xfc, 0x0a, 0, 0];
export const fill = (at: Code, value: Code, size: Code): Code => [...at, ...value, ...size, 0xfc, 0x0b, 0];

/** Bytes of a module that imports the shared memory "env" "memory" and exports the functions. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array {
  const text = (value: string) => [...u(value.length), ...new TextEncoder().encode(value)];
  const vector = (items: readonly Code[]) => [...u(items.length), ...items.flat()];
  const section = (id: number, bytes: Code) => [id, ...u(bytes.length), ...bytes];
  const types = functions.map((f) => [
    0x60,
    ...vector(f.parameters.map((t) => [t])),
    ...vector(f.results.map((t) => [t])),
  ]);
  const memory = [...text("env"), ...text("memory"), 0x02, 0x03, ...u(1), ...u(65536)];
  const bodies = functions.map((f) => {
    const body = [...vector(f.locals.map((t) => [1, t])), ...f.body, 0x0b];
    return [...u(body.length), ...body];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([memory])),
    ...section(3, vector(functions.map((_, i) => u(i)))),
    ...section(7, vector(functions.map((f, i) => [...text(f.name), 0, ...u(i)]))),
    ...section(10, vector(bodies)),
  ]);
}
