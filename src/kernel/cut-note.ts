/** What stands where output was left out, as it was more than a cell may print. */
export function cutNote(left: { lines: number; bytes: number }, limit: number): string {
  const most = (limit / 2 ** 20).toFixed(0);
  return `\n[output cut: ${left.lines} more lines (${left.bytes} bytes) were left out; a cell may print ${most} MiB]\n`;
}
