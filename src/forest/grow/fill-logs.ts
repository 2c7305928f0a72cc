/** Writes n log₂ n for each place n of an array; what lay there before does not matter. */
export function fillLogs(logs: Float64Array): void {
  logs[0] = 0;
  for (let n = 1; n < logs.length; n++) logs[n] = n * Math.log2(n);
}
