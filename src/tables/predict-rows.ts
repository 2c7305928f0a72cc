import type { Matrix } from "../forest/matrix/matrix.js";
import type { Forest } from "../forest/model/forest.js";

/** Columns of a prediction: a probability a class, or the quantity. */
export function predictionsOf(forest: Forest, x: Matrix): Float64Array[] {
  if (forest.classes.length === 0) return [forest.predict(x)];
  const classes = forest.classes.length;
  const all = forest.predictProbabilities(x);
  return Array.from({ length: classes }, (_, k) => {
    const own = new Float64Array(all.length / classes);
    for (let i = 0; i < own.length; i++) own[i] = all[i * classes + k];
    return own;
  });
}
