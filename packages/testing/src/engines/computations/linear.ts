import { averagePool, convolution, depthwiseConvolution, globalAveragePool, matrixMultiply, maximumPool, rightSingularVectors, transposedConvolution } from "@kdf/tensor";
import type { Computation } from "../computation.js";
import { Draw } from "../draw.js";

const times = (count: number): readonly number[] => Array.from({ length: count }, (_, place) => place);

/** A convolution, each time of another shape, stride and padding. */
function drawnConvolution(place: number, groups: "none" | "some" | "depthwise"): Computation {
  const draw = new Draw(`convolution/${groups}/${place}`);
  const size = draw.pick([1, 2, 3, 3, 3, 5]);
  const stride = draw.pick([1, 1, 2, 3]);
  const padding = draw.integer(0, Math.floor(size / 2) + (size > 1 ? 1 : 0));
  const parts = groups === "none" ? 1 : draw.integer(2, 4);
  const inputs = groups === "depthwise" ? draw.integer(1, 13) : parts * draw.integer(1, 9);
  const outputs = groups === "depthwise" ? draw.integer(1, 2) : parts * draw.integer(1, 9);
  const images = [draw.integer(1, 3), draw.integer(size, 12), draw.integer(size, 12), inputs];
  const filter = groups === "depthwise" ? [size, size, inputs, outputs] : [size, size, inputs / parts, outputs];
  return {
    name: `${groups === "depthwise" ? "depthwiseConvolution" : "convolution"} of [${images}] by [${filter}], stride ${stride}, padding ${padding}${groups === "some" ? `, ${parts} groups` : ""}`,
    inputs: [draw.floats(images), draw.floats(filter)],
    run: (x, weights) =>
      groups === "depthwise"
        ? depthwiseConvolution(x!, weights!, { stride, padding })
        : convolution(x!, weights!, { stride, padding, groups: parts }),
  };
}

function drawnTransposedConvolution(place: number): Computation {
  const draw = new Draw(`transposed convolution/${place}`);
  const size = draw.integer(1, 4);
  const stride = draw.integer(1, 3);
  const padding = draw.integer(0, Math.floor((size - 1) / 2));
  const images = [draw.integer(1, 3), draw.integer(2, 7), draw.integer(2, 7), draw.integer(1, 9)];
  const filter = [size, size, draw.integer(1, 9), images[3]!];
  return {
    name: `transposedConvolution of [${images}] by [${filter}], stride ${stride}, padding ${padding}`,
    inputs: [draw.floats(images), draw.floats(filter)],
    run: (x, weights) => transposedConvolution(x!, weights!, { stride, padding }),
  };
}

function drawnPool(place: number, kind: "maximum" | "average"): Computation {
  const draw = new Draw(`pool/${kind}/${place}`);
  const size = draw.integer(2, 3);
  const stride = draw.integer(1, 3);
  const padding = draw.integer(0, 1);
  const images = [draw.integer(1, 3), draw.integer(size, 9), draw.integer(size, 9), draw.integer(1, 9)];
  return {
    name: `${kind}Pool of [${images}], ${size} pixels, stride ${stride}, padding ${padding}`,
    inputs: [draw.floats(images)],
    run: (x) => (kind === "maximum" ? maximumPool(x!, size, stride, padding) : averagePool(x!, size, stride, padding)),
  };
}

function drawnProduct(place: number, transposeA: boolean, transposeB: boolean): Computation {
  const draw = new Draw(`product/${place}/${transposeA}/${transposeB}`);
  const [rows, inner, columns] = [draw.integer(1, 17), draw.integer(1, 33), draw.integer(1, 17)];
  const a = transposeA ? [inner, rows] : [rows, inner];
  const b = transposeB ? [columns, inner] : [inner, columns];
  return {
    name: `matrixMultiply of [${a}]${transposeA ? " transposed" : ""} and [${b}]${transposeB ? " transposed" : ""}`,
    inputs: [draw.floats(a), draw.floats(b)],
    run: (x, y) => matrixMultiply(x!, y!, transposeA, transposeB),
  };
}

export function linear(): Computation[] {
  return [
    ...times(14).map((place) => drawnConvolution(place, "none")),
    ...times(5).map((place) => drawnConvolution(place, "some")),
    ...times(8).map((place) => drawnConvolution(place, "depthwise")),
    ...times(6).map(drawnTransposedConvolution),
    ...times(5).flatMap((place) => [drawnPool(place, "maximum"), drawnPool(place, "average")]),
    ...[[3, 5, 5, 7], [2, 3, 4, 5]].map((images): Computation => ({
      name: `globalAveragePool of [${images}]`,
      inputs: [new Draw(`globalAveragePool/${images}`).floats(images)],
      run: (x) => globalAveragePool(x!),
    })),
    ...[false, true].flatMap((a) => [false, true].flatMap((b) => times(3).map((place) => drawnProduct(place, a, b)))),
    ...[[2, 9, 4], [2, 4, 9]].map((matrices): Computation => ({
      name: `rightSingularVectors of [${matrices}]`,
      inputs: [new Draw(`rightSingularVectors/${matrices}`).floats(matrices)],
      run: (x) => rightSingularVectors(x!, 3),
    })),
  ];
}
