// Prints how far the gradients of convolutions' filters are from sums in float64, as ‖ours − exact‖ / ‖exact‖.
import plugin from "@kdf/plugin-webgpu";
import { convolution, createStreams, floats, inputGradients, multiply, read, sum } from "@kdf/tensor";

const engine = await plugin.provides.engine.webgpu.create({ powerPreference: "high-performance" }, { logger: { info() {}, warn() {} } });
await engine.start();

const stream = createStreams(1).at("filter gradients");
const draw = (length) => Float32Array.from({ length }, () => 2 * stream.uniform() - 1);

/** The sums over some thousand rows, which are divided among workgroups. */
const cases = [
  { batch: 32, size: 16, channels: 5, outputs: 7, kernel: 3, stride: 1, padding: 1 },
  { batch: 32, size: 17, channels: 3, outputs: 16, kernel: 3, stride: 2, padding: 1 },
  { batch: 16, size: 16, channels: 33, outputs: 40, kernel: 1, stride: 2, padding: 0 },
];
const errors = [];
for (const { batch, size, channels, outputs, kernel, stride, padding } of cases) {
  const length = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const x = draw(batch * size * size * channels);
  const dy = draw(batch * length * length * outputs);
  const weights = draw(kernel * kernel * channels * outputs);
  const [images, outer] = [floats(x, [batch, size, size, channels]), floats(dy, [batch, length, length, outputs])];
  const { gradients } = inputGradients(
    ([filter]) => sum(multiply(convolution(images, filter, { stride, padding }), outer)),
    [floats(weights, [kernel, kernel, channels, outputs])],
  );
  const ours = await read(gradients[0]);
  const exact = new Float64Array(ours.length);
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < length; row++) {
      for (let column = 0; column < length; column++) {
        const to = ((image * length + row) * length + column) * outputs;
        for (let place = 0; place < kernel * kernel; place++) {
          const r = row * stride + Math.floor(place / kernel) - padding;
          const c = column * stride + (place % kernel) - padding;
          if (r < 0 || c < 0 || r >= size || c >= size) continue;
          const from = ((image * size + r) * size + c) * channels;
          for (let channel = 0; channel < channels; channel++) {
            for (let output = 0; output < outputs; output++) {
              exact[(place * channels + channel) * outputs + output] += x[from + channel] * dy[to + output];
            }
          }
        }
      }
    }
  }
  const norm = (values) => Math.sqrt(values.reduce((total, value) => total + value * value, 0));
  errors.push(norm(exact.map((value, place) => value - ours[place])) / norm(exact));
}
console.log(JSON.stringify(errors));
