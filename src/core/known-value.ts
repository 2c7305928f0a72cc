/**
 * The value of a key that the caller has seen to.
 *
 * @throws Error where it is not there: a fault of the program, not of its input
 */
export function knownValue<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key);
  if (value === undefined) throw new Error(`nothing is kept for ${JSON.stringify(key)}`);
  return value;
}
