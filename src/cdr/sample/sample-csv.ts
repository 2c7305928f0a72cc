import { dateOf } from "../../core/days.js";
import { CDR_COLUMNS } from "../columns.js";
import { sampleDays } from "./sample-days.js";
import type { SampleOptions } from "./sample-options.js";
import type { SampleBlock } from "./write-day.js";

/**
 * Makes the sample as the bytes of a CSV file: the header, then one piece a day.
 *
 * The same options give the same bytes on every machine.
 *
 * @throws ChurnError BAD_OPTION for options that make no sample
 */
export function* sampleCsv(options: SampleOptions = {}): Generator<Uint8Array, void, undefined> {
  yield Buffer.from(`${CDR_COLUMNS.map((column) => column.name).join(",")}\n`);
  for (const block of sampleDays(options)) yield toCsv(block);
}

/** Longest line: a date, an id of twelve digits, seven numbers of ten digits, one with a fraction, a label, commas. */
const LONGEST_LINE = 128;

/**
 * The lines of a block as bytes of CSV, without a header; digits are written by hand, which is several times quicker than
 * joining texts.
 */
export function toCsv(block: SampleBlock): Uint8Array {
  const bytes = Buffer.allocUnsafe(block.rows * LONGEST_LINE);
  const date = Buffer.from(`${dateOf(block.day)},`);
  const counts = [
    block.DP_MOC_COUNT,
    block.DP_MOC_DURATION,
    block.DP_MTC_COUNT,
    block.DP_MTC_DURATION,
    block.DP_MOSMS_COUNT,
    block.DP_MTSMS_COUNT,
    block.DP_DATA_COUNT,
  ];
  let at = 0;
  for (let row = 0; row < block.rows; row++) {
    bytes.set(date, at);
    at += date.length;
    const id = block.DP_MSISDN[row];
    for (let i = 0; i < id.length; i++) bytes[at++] = id.charCodeAt(i);
    for (const column of counts) {
      bytes[at++] = COMMA;
      at = writeWhole(bytes, at, column[row]);
    }
    bytes[at++] = COMMA;
    at = writeThousandths(bytes, at, Math.round(block.DP_DATA_VOLUME[row] * 1000));
    bytes[at++] = COMMA;
    bytes[at++] = ZERO + block.PSEUDO_CHURNED[row];
    bytes[at++] = NEWLINE;
  }
  return bytes.subarray(0, at);
}

const COMMA = 44;
const NEWLINE = 10;
const ZERO = 48;
const POINT = 46;

function writeWhole(bytes: Uint8Array, start: number, value: number): number {
  if (value < 10) {
    bytes[start] = ZERO + value;
    return start + 1;
  }
  let end = start;
  for (let rest = value; rest >= 1; rest = Math.floor(rest / 10)) end++;
  let rest = value;
  for (let at = end - 1; at >= start; at--) {
    const tenth = Math.floor(rest / 10);
    bytes[at] = ZERO + (rest - 10 * tenth);
    rest = tenth;
  }
  return end;
}

/** A number of thousandths with as many decimals as it needs. */
function writeThousandths(bytes: Uint8Array, start: number, value: number): number {
  const whole = Math.floor(value / 1000);
  let fraction = value - whole * 1000;
  let at = writeWhole(bytes, start, whole);
  if (fraction === 0) return at;
  bytes[at++] = POINT;
  for (let place = 100; fraction > 0; place /= 10) {
    const digit = Math.floor(fraction / place);
    bytes[at++] = ZERO + digit;
    fraction -= digit * place;
  }
  return at;
}
