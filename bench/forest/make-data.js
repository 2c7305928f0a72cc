import { random } from "../../dist/core/random.js";

/** Columns of the table. */
export const COLUMNS = 32;

/**
 * Makes a seeded churn-like table: bell-shaped and heavy-tailed amounts, zero-heavy counts, copies, codes and noise; about
 * 8 % of the labels are 1, and they follow from 14 of the columns with jumps, products and a sine.
 *
 * @param {number} rows
 * @param {string} seed
 * @returns {{ rows: number, columns: Float64Array[], label: Uint8Array }}
 */
export function makeData(rows, seed) {
  const draw = random(`forest-bench/${seed}`);
  const columns = Array.from({ length: COLUMNS }, () => new Float64Array(rows));
  const label = new Uint8Array(rows);
  const x = new Float64Array(COLUMNS);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 8; j++) x[j] = draw.normal();
    for (let j = 0; j < 6; j++) x[8 + j] = Math.exp(draw.normal() * (0.8 + 0.2 * j));
    for (let j = 0; j < 6; j++)
      x[14 + j] = draw.next() < [0.3, 0.5, 0.7, 0.85, 0.95, 0.6][j] ? 0 : count(draw.next(), [4, 2, 3, 5, 8, 30][j]);
    x[20] = x[0] * 0.9 + draw.normal() * 0.4;
    x[21] = x[9] * Math.exp(draw.normal() * 0.2);
    x[22] = x[14] + x[15];
    x[23] = Math.round(x[8] * 10) / 10;
    x[24] = draw.int(12);
    x[25] = draw.next() < 0.3 ? 1 : 0;
    for (let j = 26; j < 29; j++) x[j] = draw.normal();
    x[29] = Math.exp(draw.normal() * 2);
    x[30] = count(draw.next(), 1.5) - 1;
    x[31] = draw.next();
    const z =
      0.8 * x[0] +
      0.7 * Math.tanh(2 * x[1]) -
      0.6 * Math.log(x[9]) +
      0.5 * Math.abs(x[2]) +
      (x[14] === 0 ? 0.9 : 0) +
      (x[3] > 0.5 && x[15] === 0 ? 0.8 : 0) -
      0.35 * Math.sqrt(x[19]) +
      0.5 * x[4] * x[5] +
      0.6 * (x[25] === 1 ? Math.log(x[10]) : -0.2 * Math.log(x[10])) +
      0.5 * Math.sin((x[24] * Math.PI) / 6) +
      (x[6] > 0 ? 0.25 * Math.min(x[16], 6) : 0);
    label[i] = draw.next() < 1 / (1 + Math.exp(3.72 - z)) ? 1 : 0;
    for (let j = 0; j < COLUMNS; j++) columns[j][i] = x[j];
  }
  return { rows, columns, label };
}

/** 1 + a geometric count with the given mean, by inversion. */
function count(u, mean) {
  return 1 + Math.floor(Math.log(1 - u) / Math.log(mean / (1 + mean)));
}
