/**
 * A command line behind `head`, broken before options into lines of at most `columns` where it is longer. Each line but
 * the last ends with the backslash of a POSIX shell: what is copied runs as it stands. `words` are quoted already; a
 * word, with the option it belongs to, is never broken.
 */
export function commandBlock(words: readonly string[], columns: number, head = ""): string {
  const whole = `${head}${words.join(" ")}`;
  if (whole.length <= columns) return whole;
  const lines: string[] = [head];
  const indent = `${" ".repeat(head.length)}  `;
  for (const part of parts(words)) {
    const last = lines.at(-1)!;
    const separate = last === head || last === indent ? "" : " ";
    // Two columns are kept for the backslash.
    if (separate === "" || last.length + 1 + part.length + 2 <= columns) lines[lines.length - 1] = `${last}${separate}${part}`;
    else lines.push(`${indent}${part}`);
  }
  return lines.join(" \\\n");
}

/** Words that stay together: the command; an option with its value; each other argument. */
function parts(words: readonly string[]): string[] {
  const gathered: string[] = [];
  let takesMore = true;
  for (const word of words) {
    const isOption = word.startsWith("--");
    if (!isOption && takesMore && gathered.length > 0) gathered.push(`${gathered.pop()} ${word}`);
    else gathered.push(word);
    // The command's own words stand before any option.
    takesMore = isOption || gathered.length === 1;
  }
  return gathered;
}
