/** Where a chunk lies on the axis. */
interface Span {
  readonly x: string | number;
  readonly end: string | number;
}

/**
 * The corners of a line that is level over each chunk: two points a chunk, so that one between two chunks without a value
 * is seen, too.
 *
 * The line breaks where a chunk begins before the end of the one before it: the last of the reference and the first of the
 * analysis may be of one month.
 */
export function stepLine<P extends Span>(
  points: readonly P[],
  pick: (point: P) => number | null,
): { x: (string | number)[]; y: (number | null)[] } {
  const corners = points.flatMap((point, i): [string | number, number | null][] => {
    const { x, end } = point;
    const before = points[i - 1];
    const level: [string | number, number | null][] = [
      [x, pick(point)],
      [end, pick(point)],
    ];
    return before && x < before.end ? [[x, null], ...level] : level;
  });
  return { x: corners.map(([x]) => x), y: corners.map(([, y]) => y) };
}
