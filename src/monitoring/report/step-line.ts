/** Where a chunk lies on the axis. */
interface Span {
  readonly x: string | number;
  readonly end: string | number;
}

/**
 * The corners of a line that is level over each chunk: two points a chunk, so that one between two chunks without a value
 * is seen, too.
 */
export function stepLine<P extends Span>(
  points: readonly P[],
  pick: (point: P) => number | null,
): { x: (string | number)[]; y: (number | null)[] } {
  return {
    x: points.flatMap(({ x, end }) => [x, end]),
    y: points.flatMap((point) => [pick(point), pick(point)]),
  };
}
