/** A table for a terminal: the first column to the left, numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [line(header), rule, ...rows.map(line)].join("\n");
}

/** The same as tables below each other, each with the first column and as many of the others, one at least, as fit into the width. */
export function formatTables(header: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const all = [header, ...rows];
  const widthOf = (column: number): number => Math.max(...all.map((row) => (row[column] ?? "").length));
  const groups: number[][] = [];
  let room = 0;
  for (let column = 1; column < header.length; column += 1) {
    const needed = 2 + widthOf(column);
    if (groups.length === 0 || needed > room) {
      groups.push([]);
      room = width - widthOf(0);
    }
    groups.at(-1)!.push(column);
    room -= needed;
  }
  const part = (row: readonly string[], columns: readonly number[]): string[] => [0, ...columns].map((column) => row[column] ?? "");
  return groups.map((columns) => formatTable(part(header, columns), rows.map((row) => part(row, columns)))).join("\n\n");
}
