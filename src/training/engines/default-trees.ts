/** Numbers of trees to try where none are named, by engine: trees are cut from the largest, so that more of them cost nothing. */
export const TREES = {
  forest: [100],
  boosting: [20, 40, 80, 120],
  "ml-random-forest": [50, 100],
} as const;
