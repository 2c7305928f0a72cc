/** True for a text with a letter that means something in a pattern: `*`, `?`, or `[`. */
export function hasPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/**
 * The expression that a name must match in full: `*` is any number of letters, `?` one, `[a-z]` one of some, `[!a-z]` or `[^a-z]` one of
 * all others; a bracket that is not closed stands for itself. None of them stands for `/`.
 *
 * A hidden name (`.part.csv`) is matched only where the pattern begins with its dot, as in a shell.
 */
export function namePattern(pattern: string): RegExp {
  let expression = /^[*?[]/.test(pattern) ? "(?!\\.)" : "";
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at];
    // a closing bracket that comes first is one of the letters
    const set = letter === "[" ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(pattern.slice(at)) : null;
    if (set) {
      const [all, not, letters] = set;
      expression += `(?!/)[${not ? "^" : ""}${letters.replace(/[\\\]^[]/g, "\\$&")}]`;
      at += all.length - 1;
    } else if (letter === "*") expression += "[^/]*";
    else if (letter === "?") expression += "[^/]";
    else expression += letter.replace(/[\\^$.|+(){}[\]]/g, "\\$&");
  }
  try {
    return new RegExp(`^${expression}$`, "su");
  } catch {
    // a range that runs backwards, as [z-a], fits nothing
    return /^(?!)/;
  }
}

/** The expression for a whole path of names: `**` as a name stands for any number of folders, none too. */
export function pathPattern(pattern: string): RegExp {
  const parts = pattern.split("/").map((part) => (part === "**" ? undefined : namePattern(part).source.slice(1, -1)));
  const last = parts.length - 1;
  let expression = "";
  for (const [index, part] of parts.entries()) {
    if (part === undefined) expression += index === last ? ".*" : "(?:[^/]+/)*";
    else expression += `${part}${index === last ? "" : "/"}`;
  }
  return new RegExp(`^${expression}$`, "su");
}
