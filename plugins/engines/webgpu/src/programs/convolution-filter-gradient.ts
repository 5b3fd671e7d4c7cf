import type { Program } from "./program.js";

/** height, width, C, O */
type FilterShape = readonly [number, number, number, number];

/** How the sum over the rows is divided. */
export interface Division {
  /** Parts that are computed side by side. */
  readonly chunks: number;
  readonly rowsPerChunk: number;
}

/** Rows of both factors that are in a workgroup's memory at once. */
const block = 16;
/** Workgroups that keep a large GPU busy. */
const busy = 1024;
/** Below so many rows, a chunk is not worth the sum over chunks. */
const worthwhile = 256;

/** Results per invocation and axis; a workgroup has 8 x 8 invocations. */
const perInvocation = ([, , channels, outputs]: FilterShape): number => (Math.min(channels, outputs) >= 32 ? 4 : 2);

const tilesOf = ([height, width, channels, outputs]: FilterShape, tile: number): readonly [number, number] => [
  Math.ceil(outputs / tile),
  height * width * Math.ceil(channels / tile),
];

/** `rows`: B·H'·W', what is summed over. By the shapes alone: any GPU adds in the same order. */
export function divide(filter: FilterShape, rows: number): Division {
  const [across, down] = tilesOf(filter, 8 * perInvocation(filter));
  const chunks = Math.max(1, Math.min(Math.ceil(busy / (across * down)), Math.floor(rows / worthwhile)));
  const rowsPerChunk = block * Math.ceil(rows / chunks / block);
  return { chunks: Math.ceil(rows / rowsPerChunk), rowsPerChunk };
}

/**
 * x [B,H,W,C] and dy [B,H',W',O] -> [chunks, height·width·C, O], of which the sum over chunks is the filter's gradient. For
 * each place of the filter it is the product of x, shifted there and transposed, with dy, both as matrices of `rows` rows:
 * a workgroup computes one tile of one such product over one chunk. TensorFlow.js computes each element in one invocation,
 * over all rows, without sharing what it reads.
 */
export function convolutionFilterGradient(filter: FilterShape, { chunks }: Division): Program {
  const [height, width, channels, outputs] = filter;
  const each = perInvocation(filter);
  const tile = 8 * each;
  return {
    variableNames: ["x", "dy"],
    uniforms: "filterDims : vec2<i32>, pads : vec2<i32>, strides : vec2<i32>, rowsPerChunk : i32,",
    outputShape: [chunks, height * width * channels, outputs],
    workgroupSize: [8, 8, 1],
    dispatchLayout: { x: [2], y: [1], z: [0] },
    dispatch: [...tilesOf(filter, tile), chunks] as [number, number, number],
    shaderKey: `kdfConvolutionFilterGradient_${each}`,
    getUserCode: () => `
      var<workgroup> xBlock : array<array<f32, ${tile}>, ${block}>;
      var<workgroup> dyBlock : array<array<f32, ${tile}>, ${block}>;

      fn main() {
        let channels = uniforms.xShape[3];
        let outputs = uniforms.dyShape[3];
        let rowLength = uniforms.dyShape[2];
        let imageLength = uniforms.dyShape[1] * rowLength;
        let tilesOfChannels = (channels + ${tile - 1}) / ${tile};
        let place = i32(workgroupId.y) / tilesOfChannels;
        let offset = vec2<i32>(place / uniforms.filterDims[1], place % uniforms.filterDims[1]) - uniforms.pads;
        let firstChannel = i32(workgroupId.y) % tilesOfChannels * ${tile};
        let firstOutput = i32(workgroupId.x) * ${tile};
        let firstRow = i32(workgroupId.z) * uniforms.rowsPerChunk;
        let rows = min(uniforms.dyShape[0] * imageLength, firstRow + uniforms.rowsPerChunk);

        var sums : array<array<f32, ${each}>, ${each}>;
        // As often in every workgroup, which a barrier demands: rows beyond the end are zeros.
        for (var start = 0; start < uniforms.rowsPerChunk; start += ${block}) {
          for (var element = i32(localIndex); element < ${block * tile}; element += 64) {
            let row = firstRow + start + element / ${tile};
            let channel = firstChannel + element % ${tile};
            let output = firstOutput + element % ${tile};
            let within = row % imageLength;
            let position = vec2<i32>(within / rowLength, within % rowLength) * uniforms.strides + offset;
            let inside = all(position >= vec2<i32>(0)) && all(position < uniforms.xShape.yz);
            var xValue = 0.0;
            if (row < rows && inside && channel < channels) {
              xValue = x[((row / imageLength * uniforms.xShape[1] + position.x) * uniforms.xShape[2] + position.y) * channels + channel];
            }
            var dyValue = 0.0;
            if (row < rows && output < outputs) {
              dyValue = dy[row * outputs + output];
            }
            xBlock[element / ${tile}][element % ${tile}] = xValue;
            dyBlock[element / ${tile}][element % ${tile}] = dyValue;
          }
          workgroupBarrier();
          for (var row = 0; row < ${block}; row++) {
            for (var i = 0; i < ${each}; i++) {
              for (var j = 0; j < ${each}; j++) {
                sums[i][j] += xBlock[row][i32(localId.y) * ${each} + i] * dyBlock[row][i32(localId.x) * ${each} + j];
              }
            }
          }
          workgroupBarrier();
        }

        for (var i = 0; i < ${each}; i++) {
          for (var j = 0; j < ${each}; j++) {
            let channel = firstChannel + i32(localId.y) * ${each} + i;
            let output = firstOutput + i32(localId.x) * ${each} + j;
            if (channel < channels && output < outputs) {
              let line = i32(workgroupId.z) * uniforms.outShape[1] + place * channels + channel;
              setOutputAtIndex(line * outputs + output, sums[i][j]);
            }
          }
        }
      }
    `,
  };
}
