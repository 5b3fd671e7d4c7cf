import { existsSync, writeFileSync } from "node:fs";
import { floats, keep, readNow, scope } from "@kdf/tensor";
import { z } from "zod";

/** Options of every faulty plugin; `hooks` are the names of its hooks. */
export const faultOptions = <const Hooks extends readonly [string, ...string[]]>(hooks: Hooks) =>
  z.strictObject({
    hook: z.enum(hooks),
    fault: z
      .enum(["throw", "leak", "read", "not-a-number", "misshapen"])
      .default("throw")
      .describe("an exception, a tensor kept and never disposed, a tensor's values read, a result that is no number, one of a wrong shape"),
    after: z.int().nonnegative().default(0).describe("calls of the hook that go well first"),
    marker: z.string().optional().describe("a file that the fault leaves behind; where it exists, there is no fault"),
  });

export type FaultOptions = z.infer<ReturnType<typeof faultOptions>>;

/** What a faulty plugin does wrong, and when. */
export class Fault {
  readonly #options: FaultOptions;
  #calls = 0;

  constructor(options: FaultOptions) {
    this.#options = options;
  }

  /** To be called once in every hook. Throws, leaks or reads if it is time; says which other fault the hook must show. */
  strike(hook: string): "not-a-number" | "misshapen" | undefined {
    const { fault, after, marker } = this.#options;
    if (hook !== this.#options.hook) return undefined;
    this.#calls += 1;
    if (this.#calls <= after || (marker !== undefined && existsSync(marker))) return undefined;
    if (marker !== undefined) writeFileSync(marker, `${hook} ${fault}\n`);
    if (fault === "throw") throw new Error(`a fault on purpose in ${hook}`);
    if (fault === "leak") {
      keep(floats([0], [1]));
      return undefined;
    }
    if (fault === "read") {
      scope(() => void readNow(floats([0], [1])));
      return undefined;
    }
    return fault;
  }
}
