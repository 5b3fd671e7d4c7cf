import { argumentOfLargest, cumulativeSum, l2Normalize, largest, largestOf, mean, norm, occurrences, smallest, sum, type Tensor } from "@kdf/tensor";
import type { Computation } from "../computation.js";
import { Draw } from "../draw.js";

const reductions: Record<string, (a: Tensor, axis?: number | readonly number[], keep?: boolean) => Tensor> = {
  sum, mean, largest, smallest, norm,
};

const axes: readonly (number | readonly number[] | undefined)[] = [undefined, 0, -1, [1, 2], [0, 1, 2]];

export function reduction(): Computation[] {
  return [
    ...Object.entries(reductions).flatMap(([name, run]) =>
      axes.flatMap((axis) =>
        [false, true].map((keep): Computation => ({
          name: `${name} over ${axis === undefined ? "all" : `axes [${axis}]`}${keep ? ", keeping them" : ""}`,
          // Not around 0: where a sum cancels, its last digits are those of the order of adding.
          inputs: [new Draw(`${name}/${axis}/${keep}`).floats([4, 5, 3, 6], -0.5, 1.5)],
          run: (x) => run(x!, axis, keep),
        })),
      ),
    ),
    {
      name: "l2Normalize over one axis and over two",
      inputs: [new Draw("l2Normalize").floats([4, 5, 3], -0.5, 1.5)],
      run: (x) => [l2Normalize(x!, 2), l2Normalize(x!, [1, 2])],
    },
    {
      name: "sum of whole numbers",
      inputs: [new Draw("sum of whole numbers").integers([5, 8], 1000)],
      run: (x) => sum(x!, 0),
      gradients: [],
    },
    {
      name: "cumulativeSum, with and without the place itself",
      inputs: [new Draw("cumulativeSum").floats([4, 6], 0.5, 1.5)],
      run: (x) => [cumulativeSum(x!), cumulativeSum(x!, true)],
    },
    {
      name: "occurrences, of numbers that are not there too",
      inputs: [new Draw("occurrences").integers([500], 40)],
      run: (x) => occurrences(x!, 45),
      gradients: [],
    },
    {
      name: "argumentOfLargest along the first and the last axis",
      inputs: [new Draw("argumentOfLargest").floats([9, 11])],
      run: (x) => [argumentOfLargest(x!, 0), argumentOfLargest(x!, 1)],
      gradients: [],
    },
    {
      name: "largestOf, with equal values in the order of their places",
      inputs: [{ shape: [2, 8], data: Float32Array.of(1, 3, 3, 2, 3, 0, 2, 1, 5, 5, 5, 5, 5, 5, 5, 5) }, new Draw("largestOf").floats([3, 40])],
      run: (ties, x) => [largestOf(ties!, 5), largestOf(x!, 7)].flatMap(({ values, indices }) => [values, indices]),
      gradients: [],
    },
  ];
}
