import { isKdfError, type TensorLike } from "@kdf/core";
import { createStreams, disposeAll, floats, readNow, scope, valueAndGradients, type Parameter } from "@kdf/tensor";
import type { Site } from "./check.js";

/** Length of the step of a difference, in units of the parameters. */
const length = 1e-2;
/** Rounding of a float32 value, generously: sums of many parts. */
const rounding = 1e-6;

type Values = ReadonlyMap<string, Float32Array>;

/**
 * Compares the gradient of a scalar with differences of its values, along the gradient and beside it. One that
 * depends on none of the parameters is passed over.
 */
export function checkGradient(site: Site, name: string, body: () => TensorLike, parameters: ReadonlyMap<string, Parameter>): void {
  const found = gradientOf(site, name, body, parameters);
  if (found === undefined) return;
  const { value, gradient } = found;
  const entries = [...gradient.values()].flatMap((part) => [...part]);
  site.demand(entries.every(Number.isFinite), `the gradient of ${name} is not finite`, "a finite gradient");
  const size = Math.hypot(...entries);
  const stream = createStreams(9).at("conformance-direction");
  for (const spread of [0, 0.5]) {
    const raw = new Map([...gradient].map(([key, part]) => [key, part.map((entry) => entry * (1 + spread * (2 * stream.uniform() - 1)))] as const));
    const norm = Math.hypot(...[...raw.values()].flatMap((part) => [...part]));
    if (norm === 0) return;
    const direction = new Map([...raw].map(([key, part]) => [key, part.map((entry) => entry / norm)] as const));
    const exact = [...direction].reduce((sum, [key, part]) => sum + part.reduce((s, entry, place) => s + entry * gradient.get(key)![place]!, 0), 0);
    const difference = valueAt(body, parameters, direction, length) - valueAt(body, parameters, direction, -length);
    const numeric = difference / (2 * length);
    site.demand(
      Math.abs(numeric - exact) <= 0.03 * size + (rounding * Math.abs(value)) / length,
      `along its gradient ${name} grows by ${numeric}, its gradient says ${exact}`,
      "a gradient that is that of the values; name a term that stops gradients on purpose in stoppedGradients",
    );
  }
}

function gradientOf(
  site: Site,
  name: string,
  body: () => TensorLike,
  parameters: ReadonlyMap<string, Parameter>,
): { readonly value: number; readonly gradient: Values } | undefined {
  try {
    const { value, gradients } = valueAndGradients(body, parameters);
    const found = {
      value: readNow(value)[0]!,
      gradient: new Map([...gradients].map(([key, tensor]) => [key, readNow(tensor).slice() as Float32Array] as const)),
    };
    disposeAll([value, ...gradients.values()]);
    return found;
  } catch (cause) {
    if (isKdfError(cause) && cause.code === "KDF_LOSS_UNCONNECTED") return undefined;
    throw site.failure(`the gradient of ${name} cannot be computed: ${cause instanceof Error ? cause.message : String(cause)}`, "differentiable operations", cause);
  }
}

/** The scalar with the parameters moved by `amount` along `direction`, and moved back. */
function valueAt(body: () => TensorLike, parameters: ReadonlyMap<string, Parameter>, direction: Values, amount: number): number {
  const originals = new Map([...direction.keys()].map((key) => [key, readNow(parameters.get(key)!.value).slice() as Float32Array] as const));
  const assign = (values: Values): void => {
    for (const [key, data] of values) {
      const parameter = parameters.get(key)!;
      const tensor = floats(data, parameter.shape);
      parameter.assign(tensor);
      tensor.dispose();
    }
  };
  assign(new Map([...originals].map(([key, data]) => [key, data.map((entry, place) => entry + amount * direction.get(key)![place]!)] as const)));
  const value = scope(() => readNow(body())[0]!);
  assign(originals);
  return value;
}
