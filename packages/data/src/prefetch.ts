/**
 * Yields make(from), make(from + 1), … in order, with at most `depth` of them under way or waiting.
 * A failure surfaces where its item would have been yielded.
 */
export async function* prefetch<T>(
  make: (index: number) => Promise<T>,
  range: { readonly from: number; readonly end: number; readonly depth: number },
): AsyncGenerator<T, void, undefined> {
  const ahead: Promise<T>[] = [];
  let next = range.from;
  for (;;) {
    while (next < range.end && ahead.length < range.depth) {
      const item = make(next++);
      item.catch(() => {}); // Reported when awaited below; a consumer that stopped does not want it.
      ahead.push(item);
    }
    const first = ahead.shift();
    if (first === undefined) return;
    yield await first;
  }
}
