/** JSON for a `<script type="application/json">`: no text in it can end the element. */
export function escapeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What terminals take as a code (ECMA-48): sequences of control, strings of commands and links, choices of letters. */
const CODES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the codes that terminals take
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)|\u001b[PX^_][^\u001b]*\u001b\\|\u001b[ -/]+[0-~]|\u001b[0-Z\\^-~]/g;

/** Text of a terminal without its codes: colours, links, character sets. */
export function stripAnsi(text: string): string {
  return text.replace(CODES, "");
}
