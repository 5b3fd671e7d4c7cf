/**
 * Breaks text at spaces into lines of at most `columns`. The first line begins with `head`, the others with as many
 * spaces. A longer word stands alone on its line: paths and commands stay whole.
 */
export function paragraph(text: string, columns: number, head = ""): string {
  const indent = " ".repeat(head.length);
  const lines: string[] = [];
  for (const given of text.split("\n")) {
    let line = "";
    for (const word of given.split(" ")) {
      if (line !== "" && indent.length + line.length + 1 + word.length > columns) {
        lines.push(line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines.map((line, number) => `${number === 0 ? head : indent}${line}`.trimEnd()).join("\n");
}
