/** Least loss that counts as a gain. */
const LEAST_GAIN = 1e-7;

/** The round after which held-out rows are best, while rounds go on. */
export class BestRound {
  /** Rounds up to it; 0 while none was better than no tree. */
  best = 0;
  #least: number;
  readonly #patience: number;

  /**
   * @param start loss before the first round
   * @param patience rounds without a gain after which to stop
   */
  constructor(start: number, patience: number) {
    this.#least = start;
    this.#patience = patience;
  }

  /** Takes the loss after so many rounds; returns whether another one may gain. */
  mayGain(rounds: number, loss: number): boolean {
    if (loss < this.#least - LEAST_GAIN) {
      this.#least = loss;
      this.best = rounds;
      return true;
    }
    return rounds - this.best < this.#patience;
  }
}
