/** Lines to type, as they stand at the end of a command's help. A test parses each of them. */
export const examples = (...lines: readonly string[]): string => ["", "Examples:", ...lines.map((line) => `  ${line}`)].join("\n");
