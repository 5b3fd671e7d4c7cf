import { expect, it } from "vitest";
import { configurationInvalid, optionsInvalid, setPathUnknown } from "./configuration.js";

it("problems are told together, each unknown name with its nearest neighbour at that depth", () => {
  const error = configurationInvalid({
    source: "kdf.yaml",
    problems: [
      { path: "", message: 'Unrecognized keys: "epoch", "sed"', known: ["epochs", "seed"] },
      { path: "optimizer", message: 'Unrecognized key: "momentun"', known: ["momentum"] },
      { path: "batchSize", message: "expected a number" },
    ],
    known: ["epochs", "seed", "optimizer"],
  });
  expect(error.explanation.happened).toBe(
    "The configuration (kdf.yaml) is wrong: " +
      'Unrecognized keys: "epoch", "sed" (did you mean epochs, seed?); ' +
      'optimizer: Unrecognized key: "momentun" (did you mean momentum?); ' +
      "batchSize: expected a number.",
  );
});

it("options without a list are sought in the reference", () => {
  const detail = { owner: "metric x", problems: [{ path: "a", message: "is wrong" }] };
  expect(optionsInvalid({ ...detail, options: undefined }).explanation.expected).toContain("reference page");
  expect(optionsInvalid({ ...detail, options: [] }).explanation.expected).toBe("options among: none");
});

it("an unknown path names the nearest beginning", () => {
  expect(setPathUnknown({ path: "cutmixpik.poolFactor", known: ["cutmixpick", "epochs"] }).message).toContain(
    "Did you mean cutmixpick?",
  );
});
