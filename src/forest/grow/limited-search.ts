import { NEXT_BIN } from "../loops/boost-bins.js";
import { LEAST_HESSIAN } from "../loops/boost-loop.js";
import type { WasmLoops } from "../loops/wasm-loops.js";
import { leafValue, lossReduction } from "../trees/leaf-value.js";

/** Numbers from a bin of a column to its next. */
const NEXT = NEXT_BIN / 8;

/**
 * What `search` of the loops does, for nodes whose values have limits that monotone columns set: they follow what `search` is
 * given of a node.
 *
 * @param monotone 1 or −1 where the right value must not be below or above the left, else 0
 */
export function limitedSearch(numbers: Float64Array, integers: Int32Array, monotone: Int8Array): WasmLoops["search"] {
  return (orderAt, orderEnd, columnsAt, slotAt, nodeAt, outAt) => {
    const given = numbers.subarray(nodeAt / 8, nodeAt / 8 + 11);
    const [gradient, hessian, own, least, rows, fewest, l2, count, unit, low, high] = given;
    const out = numbers.subarray(outAt / 8, outAt / 8 + 4);
    let most = least;
    let best = -1;
    for (let o = orderAt / 4; o < orderEnd / 4; o++) {
      const column = integers[o];
      const sign = monotone[column];
      const [start, size, missing, rankedAt] = integers.subarray(columnsAt / 4 + 4 * column);
      const missingAt = (slotAt + missing) / 8;
      const at = (rankedAt || slotAt + start) / 8;
      const passes = rankedAt === 0 && numbers[missingAt + 1] > 0 ? 2 : 1;
      for (let isMissingLeft = 0; isMissingLeft < passes; isMissingLeft++) {
        let leftGradient = isMissingLeft ? numbers[missingAt] : 0;
        let coded = isMissingLeft ? numbers[missingAt + 1] : 0;
        for (let c = 0; c < size; c++) {
          const added = numbers[at + NEXT * c + 1];
          // what subtraction leaves of the gradients of a bin without rows does not count
          if (added === 0) continue;
          leftGradient += numbers[at + NEXT * c];
          coded += added;
          const leftRows = Math.floor(coded / count);
          if (leftRows < fewest || rows - leftRows < fewest) continue;
          const leftHessian = (coded - leftRows * count) * unit;
          const rightHessian = hessian - leftHessian;
          if (leftHessian < LEAST_HESSIAN || rightHessian < LEAST_HESSIAN) continue;
          const rightGradient = gradient - leftGradient;
          const left = leafValue(leftGradient, leftHessian, l2, low, high);
          const right = leafValue(rightGradient, rightHessian, l2, low, high);
          if (sign * (right - left) < 0) continue;
          const gain =
            lossReduction(leftGradient, leftHessian, l2, left) +
            lossReduction(rightGradient, rightHessian, l2, right) -
            own;
          if (gain <= most) continue;
          most = gain;
          best = column;
          out.set([gain, leftGradient, leftHessian, leftRows]);
          integers.set([c, isMissingLeft], outAt / 4 + 8);
        }
      }
    }
    return best;
  };
}
