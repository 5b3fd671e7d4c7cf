import { describeEngines, type Check } from "@kdf/testing";
import { expect, test } from "vitest";

/** What each fault must be caught by, and what it must not disturb. */
const caught: Readonly<Record<string, readonly [fails: string, message: RegExp][]>> = {
  none: [],
  "wrong values": [["rectifiedLinear", /output 1 of 1, of shape \[4, 3, 5, 2\], differs by 1\.0e-4 of its norm/]],
  "wrong gradient": [["rectifiedLinear", /gradient 1 of 1.*differs by/]],
  leak: [["leaves no tensor", /tensors are left after rectifiedLinear \(2\)/]],
  throws: [["rectifiedLinear", /it threw: no kernel for it/]],
  dies: [
    ["rectifiedLinear", /it was not computed: its process ended at rectifiedLinear with SIGKILL/],
    ["computes everything, and its process ends by itself", /SIGKILL/],
  ],
  unclaimed: [["refuses a second engine in its process", /answered nothing/]],
  "another id": [["starts and says what it is", /it reports .*"mended"/]],
  "does not start": [
    ["starts and says what it is", /its start failed: .*no device/],
    ["softplus", /it was not computed: its start failed/],
    ["leaves no tensor", /nothing could be checked/],
  ],
  "holds its process": [["computes everything, and its process ends by itself", /still there 10 s after its work was done/]],
  "never ends": [["computes everything, and its process ends by itself", /not done after 3 s, at its start/]],
};
const whole = new Set(["none", "unclaimed", "another id", "holds its process"]);

test.concurrent.each(Object.keys(caught))("fault: %s", async (fault) => {
  const limit = fault === "never ends" ? 3 : 120;
  const checks = describeEngines([{ plugin: new URL("broken-engine.mjs", import.meta.url), id: "broken", options: { fault }, limit }]);
  const failures = new Map<string, Error>();
  for (const check of checks) await check.run().catch((error: Error) => failures.set(named(check), error));
  for (const [name, message] of caught[fault]!) expect(failures.get(name)?.message, name).toMatch(message);
  if (whole.has(fault)) expect([...failures.keys()]).toEqual(caught[fault]!.map(([name]) => name));
});

test("names are unique, and every computation is one", () => {
  const names = describeEngines([{ plugin: new URL("broken-engine.mjs", import.meta.url), id: "broken" }]).map(named);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(200);
});

const named = ({ name }: Check): string => name.slice("engine broken: ".length);
