/** One option as every face shows it: flag, config key, notebook parameter, line of a table. */
export interface OptionField {
  key: string;
  /** What it takes, in words: "whole number ≥ 1", "date YYYY-MM-DD", "day | event". */
  takes: string;
  /** What its text is read as; where a number or a word may be given, the number. */
  type: "string" | "number" | "integer" | "boolean" | "array" | "object";
  /** Type of the elements of an array. */
  items?: OptionField["type"];
  /** Whether an element of an array may be null: the text is then `5,null`. */
  nullItems?: true;
  /** The words that it, or an element of it, may be; where the type is a number, numbers too. */
  choices?: readonly string[];
  /** The default, or undefined when leaving it out has a meaning of its own, which `help` gives. */
  default?: unknown;
  help: string;
}

/**
 * The options of one stage: their definition, and the check of what a user gave.
 *
 * `Input` is what a caller may give (everything with a default may be left out), `Settings` what the stage works with.
 */
export interface OptionSet<Input, Settings> {
  /** Section of the config file, and name of the subcommand. */
  readonly section: string;
  readonly fields: readonly OptionField[];
  /**
   * Checks options and fills in the defaults.
   *
   * @param raw what the user gave; undefined values count as left out
   * @param where where it came from, for the error: "churn.config.json", "--horizon"
   * @throws ChurnError BAD_OPTION naming the key, the value, what it takes, and the nearest valid key
   */
  parse(raw: Input | Record<string, unknown> | undefined, where?: string): Settings;
  /** Turns the text of one flag or environment variable into the value of its option; the value is checked by `parse`. */
  fromText(key: string, text: string): unknown;
}

/** What a caller may give to a stage. */
export type InputOf<T> = T extends OptionSet<infer Input, infer _> ? Input : never;

/** What a stage works with: every default filled in. */
export type SettingsOf<T> = T extends OptionSet<infer _, infer Settings> ? Settings : never;
