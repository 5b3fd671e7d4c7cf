import { failure } from "./error.js";

export const randomArgumentInvalid = failure(
  "KDF_RANDOM_ARGUMENT_INVALID",
  (d: { draw: string; expected: string }) => ({
    happened: `A random stream was asked for ${d.draw}.`,
    expected: d.expected,
    fix: "correct the option that the draw depends on, or report it to the plugin's author",
  }),
);
