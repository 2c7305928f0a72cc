/** The value of a leaf within limits, before the learning rate: −G / (H + λ). */
export function leafValue(gradient: number, hessian: number, l2: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, -gradient / (hessian + l2)));
}

/** Twice the loss that a value saves; G² / (H + λ) where no limit holds. */
export function lossReduction(gradient: number, hessian: number, l2: number, value: number): number {
  return -value * (2 * gradient + (hessian + l2) * value);
}
