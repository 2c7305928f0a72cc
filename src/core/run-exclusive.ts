const last = new Map<string, Promise<unknown>>();

/**
 * Does work on a thing when all work on it that was asked for before, in this process, is done.
 *
 * @param key names the thing, and the kind of work: one kind does not wait for another
 */
export async function runExclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
  const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
  last.set(key, mine);
  try {
    return await mine;
  } finally {
    if (last.get(key) === mine) last.delete(key);
  }
}
