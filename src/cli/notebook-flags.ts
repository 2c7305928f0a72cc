import { InvalidArgumentError } from "commander";

/** A flag that may be given many times. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** More than 0 seconds. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("give seconds, more than 0");
  return value;
}

/** A whole number from 1. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("give a whole number from 1");
  return value;
}

/** One of some words. */
export function oneOf(...choices: string[]): (text: string) => string {
  return (text) => {
    if (!choices.includes(text)) throw new InvalidArgumentError(`give one of ${choices.join(", ")}`);
    return text;
  };
}
