/** `num_trees` of `numTrees`. */
export type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;

/** An object in the spelling of files. */
export type SnakeKeys<Row> = { [Key in keyof Row as Key extends string ? SnakeCase<Key> : never]: Row[Key] };

/** Name of an option or field in files, tables and (with - for _) flags. */
export function snakeCase<Name extends string>(name: Name): SnakeCase<Name> {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as SnakeCase<Name>;
}

/** The same object with its own keys in the spelling of files, in their order; values stay as they are. */
export function snakeKeys<Row extends object>(row: Row): SnakeKeys<Row> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [snakeCase(key), value])) as SnakeKeys<Row>;
}

/** What `snakeKeys` was made of. */
export function camelKeys<Row extends object>(row: SnakeKeys<Row>): Row {
  const camel = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [camel(key), value])) as Row;
}
