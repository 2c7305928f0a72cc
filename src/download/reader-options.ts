import { z } from "zod";

/** The letters of a text file; Latin-1 is a part of Windows-1252. */
export type TextEncoding = "utf-8" | "latin-1" | "windows-1252" | "utf-16";

const DELIMITERS: Readonly<Record<string, string>> = {
  ...{ tab: "\t", "\\t": "\t", comma: ",", semicolon: ";", bar: "|", space: " " },
};

// a flag or a variable brings texts: --reader header=false,skip=2
const truth = z.union([z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")]);
const lines = z.union([
  z.int().min(0).max(10_000),
  z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number),
]);

/** How text files are written; what is "auto" is found out from the file. */
export const readerOption = z.strictObject({
  delimiter: z
    .string()
    .transform((word) => DELIMITERS[word] ?? word)
    .refine((word) => word === "auto" || (/^[^"\r\n\w]$/.test(word) && word !== "."), {
      error: "one character, or auto, tab, comma, semicolon, bar, space",
    })
    .default("auto"),
  encoding: z.enum(["auto", "utf-8", "latin-1", "windows-1252", "utf-16"]).default("auto"),
  decimal: z
    .enum([".", ",", "point", "comma"])
    .transform((word): "." | "," => (word === "," || word === "comma" ? "," : "."))
    .default("."),
  header: truth.default(true),
  skip: lines.default(0),
});

/** What the option is for, wherever it stands. */
export const READER_HELP =
  "how text files are written: delimiter (auto or a character), encoding (auto, utf-8, latin-1, windows-1252, utf-16), decimal (. or ,), header (false: the columns are c1, c2, …), skip (lines above the header); --reader delimiter=;,decimal=,";

/** How a user says that text files are written. */
export type ReaderSettings = z.output<typeof readerOption>;

/** Everything is found out. */
export const AUTO_READER: ReaderSettings = readerOption.parse({});

/** How one text file is written, as far as cutting it into cells goes. */
export interface TextForm {
  delimiter: string;
  /** Undefined where it is still to be found out. */
  encoding?: TextEncoding | undefined;
  /** Whether its first line names the columns; else they are called c1, c2, … */
  header: boolean;
  /** Lines before the header, or before the first row, that are none of the table. */
  skip: number;
}
