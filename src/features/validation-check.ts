/** One thing that was looked at; the faults that were found, and some of them. */
export interface ValidationCheck {
  check: string;
  ok: boolean;
  faults: number;
  examples: string[];
}
