/** result = max(input, 0), elementwise over `count` numbers; what is not a number stays so. */
export function rectify(input: usize, result: usize, count: i32): void {
  const vectorCount = count & ~3;
  const zero = f32x4.splat(0);
  for (let index = 0; index < vectorCount; index += 4) {
    const at = <usize>index << 2;
    v128.store(result + at, f32x4.max(v128.load(input + at), zero));
  }
  for (let index = vectorCount; index < count; index++) {
    const at = <usize>index << 2;
    store<f32>(result + at, max<f32>(load<f32>(input + at), 0));
  }
}

/**
 * result = output <= 0 ? 0 : gradient, elementwise over `count` numbers; `output` is what relu gave.
 * Written so that the gradient passes where the output is not a number, as PyTorch does.
 */
export function rectifierGradient(output: usize, gradient: usize, result: usize, count: i32): void {
  const vectorCount = count & ~3;
  const zero = f32x4.splat(0);
  for (let index = 0; index < vectorCount; index += 4) {
    const at = <usize>index << 2;
    v128.store(result + at, v128.andnot(v128.load(gradient + at), f32x4.le(v128.load(output + at), zero)));
  }
  for (let index = vectorCount; index < count; index++) {
    const at = <usize>index << 2;
    store<f32>(result + at, load<f32>(output + at) <= 0 ? 0 : load<f32>(gradient + at));
  }
}
