import type { RandomStream } from "@kdf/core";

/** What a stream is to give, by the name of the draw: one list for each, in the order of the calls. */
export interface Script {
  readonly uniform?: readonly number[];
  readonly integer?: readonly number[];
  readonly normal?: readonly number[];
  readonly beta?: readonly number[];
  readonly permutation?: readonly (readonly number[])[];
  readonly choose?: readonly (readonly number[])[];
}

type Draw = keyof Script;

/**
 * A stream that gives the numbers it was told, for cases worked out by hand. A RangeError says by name what is drawn
 * beyond the script, and what no stream would give.
 */
export class ScriptedStream implements RandomStream {
  readonly #script: Script;
  readonly #given: Record<Draw, number> = { uniform: 0, integer: 0, normal: 0, beta: 0, permutation: 0, choose: 0 };

  constructor(script: Script) {
    this.#script = script;
  }

  uniform(): number {
    const value = this.#next("uniform", this.#script.uniform);
    return demand("uniform()", value, value >= 0 && value < 1, "a number in [0, 1)");
  }

  integer(bound: number): number {
    const value = this.#next("integer", this.#script.integer);
    return demand(`integer(${bound})`, value, isBelow(bound)(value), `a whole number in [0, ${bound})`);
  }

  normal(): number {
    const value = this.#next("normal", this.#script.normal);
    return demand("normal()", value, Number.isFinite(value), "a finite number");
  }

  beta(alpha: number, beta: number): number {
    const value = this.#next("beta", this.#script.beta);
    return demand(`beta(${alpha}, ${beta})`, value, value >= 0 && value <= 1, "a number in [0, 1]");
  }

  permutation(length: number): number[] {
    const values = this.#next("permutation", this.#script.permutation);
    return demandDifferent(`permutation(${length})`, values, length, length);
  }

  choose(bound: number, count: number): number[] {
    const values = this.#next("choose", this.#script.choose);
    return demandDifferent(`choose(${bound}, ${count})`, values, bound, count);
  }

  /** Fails where a part of the script was not drawn. */
  demandEmpty(): void {
    const left = Object.entries(this.#given).flatMap(([draw, given]) => {
      const count = (this.#script[draw as Draw]?.length ?? 0) - given;
      return count > 0 ? [`${count} of ${draw}`] : [];
    });
    if (left.length > 0) throw new RangeError(`the script was not drawn to its end: ${left.join(", ")} left`);
  }

  #next<Value>(draw: Draw, values: readonly Value[] = []): Value {
    const place = this.#given[draw];
    if (place >= values.length) throw new RangeError(`${draw} was drawn ${place + 1} times, and the script has ${values.length} for it`);
    this.#given[draw] += 1;
    return values[place]!;
  }
}

const isBelow = (bound: number) => (value: number): boolean => Number.isInteger(value) && value >= 0 && value < bound;

function demand(draw: string, value: number, holds: boolean, expected: string): number {
  if (!holds) throw new RangeError(`the script gives ${value} for ${draw}, which is ${expected}`);
  return value;
}

function demandDifferent(draw: string, values: readonly number[], bound: number, count: number): number[] {
  const holds = values.length === count && new Set(values).size === count && values.every(isBelow(bound));
  if (!holds) throw new RangeError(`the script gives [${values.join(", ")}] for ${draw}, which is ${count} different whole numbers in [0, ${bound})`);
  return [...values];
}
