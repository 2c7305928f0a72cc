/** Whether another piece of work of this process changed the same rows or tables, or took the same number, at the same time: done again, it may succeed. */
export const isWriteConflict = (error: unknown): boolean =>
  /transaction conflict|conflict on|duplicate key/i.test(String(error));
