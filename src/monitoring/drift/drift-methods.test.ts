import { expect, it } from "vitest";
import { random } from "../../core/random.js";
import { driftMethod } from "./drift-methods.js";
import { hellinger } from "./methods/hellinger.js";
import { jensenShannon } from "./methods/jensen-shannon.js";
import { lInfinity } from "./methods/l-infinity.js";
import { populationStability } from "./methods/population-stability.js";

const distances = {
  jensen_shannon: jensenShannon,
  hellinger,
  population_stability: populationStability,
  l_infinity: lInfinity,
};

it.each(Object.entries(distances))(
  "%s of two samples of one distribution stays below it, and not far below",
  (method, distance) => {
    const rng = random(`chance ${method}`);
    const [n, N, bins, rounds] = [600, 2000, 10, 400];
    const shares = Array.from({ length: bins }, () => 1 / bins);
    const sample = (rows: number) => {
      const counts = new Float64Array(bins);
      for (let i = 0; i < rows; i++) counts[rng.int(bins)]++;
      return counts.map((count) => count / rows);
    };
    const limit = driftMethod(method as keyof typeof distances).chance({ shares, deviation: 1 }, { n, N })!;
    const seen = Array.from({ length: rounds }, () => distance({ p: sample(N), q: sample(n) })).sort((a, b) => a - b);
    expect(seen.filter((value) => value > limit).length / rounds).toBeLessThan(0.008);
    expect(seen.at(-1)).toBeGreaterThan(0.7 * limit);
  },
);
