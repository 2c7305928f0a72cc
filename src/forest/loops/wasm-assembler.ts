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

type Types = Readonly<Record<string, number>>;

/**
 * Declares the parameters and the other locals of a function, by name and type.
 *
 * @returns their types for the module, and the locals by name, for its body
 */
export function variables<Parameters extends Types, Locals extends Types>(parameters: Parameters, locals: Locals) {
  const names = [...Object.keys(parameters), ...Object.keys(locals)];
  const n = Object.fromEntries(names.map((name, i): [string, Local] => [name, [0x20, ...u(i)]]));
  return {
    types: { parameters: Object.values(parameters), locals: Object.values(locals) },
    n: n as Record<keyof Parameters | keyof Locals, Local>,
  };
}

/** Several variables of one type. */
export function all<Name extends string>(type: number, ...names: Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, type])) as Record<Name, number>;
}

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

/** One expression or instruction after the other. */
export const seq = (...codes: Code[]): Code => codes.flat();
/** A local of a function: its value where an expression is asked for, its place in `set` and `tee`. */
export type Local = readonly [0x20, ...number[]];
/** Writes a local. */
export const set = ([, ...place]: Local, value: Code): Code => [...value, 0x21, ...place];
/** Writes a local and gives its value. */
export const tee = ([, ...place]: Local, value: Code): Code => [...value, 0x22, ...place];
/** A 32-bit constant. */
export const int = (value: number): Code => [0x41, ...s(value)];
/** A 64-bit constant. */
export const float = (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];

/** Where a branch goes to: the start of a loop, or the end of a block. */
export interface Label {
  readonly depth: number;
}

/** How many loops, blocks and conditions are around the code that is being put together. */
let depth = 0;

function nested(opcode: number, body: (label: Label) => readonly Code[]): Code {
  depth++;
  const code = [opcode, 0x40, ...body({ depth }).flat(), 0x0b];
  depth--;
  return code;
}

/** A loop: it ends after its body, unless a branch to its label goes back to the start. */
export const loop = (body: (again: Label) => readonly Code[]): Code => nested(0x03, body);
/** A block: a branch to its label leaves it. */
export const block = (body: (leave: Label) => readonly Code[]): Code => nested(0x02, body);
/** Runs its body where a condition is not 0. */
export const when = (condition: Code, body: () => readonly Code[]): Code => [...condition, ...nested(0x04, body)];
/** Goes to a label. */
export const branch = (to: Label): Code => [0x0c, ...u(depth - to.depth)];
/** Goes to a label where a condition is not 0. */
export const branchIf = (to: Label, condition: Code): Code => [...condition, 0x0d, ...u(depth - to.depth)];
/** One of two values; both are worked out. */
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
