import { expect, it } from "vitest";
import { planText } from "./preview-plan.js";

it("says in lines what was drawn, without the stream's name where there is one", () => {
  expect(planText({ "augmenter:cutmix": { lambda: 0.25, box: { top: 1, left: 2 }, partners: [1, 0], mode: "wrap" } })).toBe(
    'lambda: 0.25\nbox: {"top":1,"left":2}\npartners: [1,0]\nmode: wrap',
  );
  expect(planText({ "augmenter:x": [1, 2] })).toBe("[1,2]");
});

it.each([[null], [{}]])("says of the plan %j that nothing was drawn", (plan) => {
  expect(planText({ "augmenter:identity": plan })).toBe("nothing: it does the same to every batch");
});

it("names the members of a chain, also two of one name", () => {
  expect(planText({ "augmenter:flip": { flip: true }, "augmenter:identity": null, "augmenter:flip:1": { flip: false } })).toBe(
    "flip\n  flip: true\nidentity\n  nothing: it does the same to every batch\nflip, number 2 of the chain\n  flip: false",
  );
});

it("is empty where nothing could draw", () => {
  expect(planText({})).toBe("");
});
