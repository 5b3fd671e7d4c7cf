import { zeros } from "@kdf/tensor";

/** Every way in which a tensor gives its values. */
const readers = ["dataSync", "data", "arraySync", "array", "bytes", "buffer", "bufferSync"] as const;
type Reader = (...given: unknown[]) => unknown;

/** Calls `noticed` for each read of a tensor's values until what it returns is called. Reads give what they give. */
export function watchReads(noticed: () => void): () => void {
  const probe = zeros([1]);
  const prototype = prototypeWith(probe, readers[0]);
  probe.dispose();
  const own = readers.flatMap((name) => {
    const original = Object.getOwnPropertyDescriptor(prototype, name);
    return original === undefined ? [] : [[name, original] as const];
  });
  for (const [name, original] of own) {
    const read = original.value as Reader;
    Object.defineProperty(prototype, name, {
      ...original,
      value(this: unknown, ...given: unknown[]) {
        noticed();
        return read.apply(this, given);
      },
    });
  }
  return () => own.forEach(([name, original]) => Object.defineProperty(prototype, name, original));
}

/** The object on the way from `thing` to its roots that has `name` of its own. */
function prototypeWith(thing: object, name: string): object {
  let prototype: object | null = thing;
  while (prototype !== null && !Object.hasOwn(prototype, name)) prototype = Object.getPrototypeOf(prototype) as object | null;
  if (prototype === null) throw new TypeError(`tensors have no ${name}`);
  return prototype;
}
