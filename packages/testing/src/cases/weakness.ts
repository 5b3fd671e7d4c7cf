import { testWeak } from "@kdf/core";
import { isDeepStrictEqual } from "node:util";
import { shownOnce } from "../conformance/shown-once.js";

/** Demands of the tests themselves: throws KDF_TEST_WEAK. */
export class TestSite {
  readonly #contribution: string;

  constructor(contribution: string) {
    this.#contribution = contribution;
  }

  demand(holds: boolean, problem: string, expected: string): asserts holds {
    if (!holds) throw shownOnce(testWeak({ contribution: this.#contribution, problem, expected }));
  }

  /** Cases exist, and no two have one name, or one and the same input. `inputOf` leaves out name and expectation. */
  demandDifferent<Case extends { readonly name: string }>(cases: readonly Case[], inputOf: (one: Case) => unknown): void {
    cases.forEach((one, place) => {
      const earlier = cases.slice(0, place);
      this.demand(!earlier.some(({ name }) => name === one.name), `two cases have the name "${one.name}"`, "a name of its own for each case");
      const twin = earlier.find((other) => isDeepStrictEqual(inputOf(other), inputOf(one)));
      this.demand(twin === undefined, `the cases "${twin?.name}" and "${one.name}" have the same input`, "cases that differ in their input");
    });
  }
}
