import type { Augmenter, RandomStream } from "@kdf/core";
import masking from "@kdf/plugin-masking";
import patchmix from "@kdf/plugin-patchmix";
import { disposeAll, ones, readNow, startReferenceEngine, type Tensor } from "@kdf/tensor";
import { ScriptedStream } from "@kdf/testing";
import { beforeAll, expect, test } from "vitest";
import { contribution } from "./contribution.js";
import { Fixture } from "./parity.js";
import { infoOf, propose } from "./proposing.js";

beforeAll(async () => {
  await startReferenceEngine();
});

/** What `augmenter` makes of `images` with what `stream` draws. Owned by the caller. */
const augment = (augmenter: Augmenter, stream: RandomStream, images: Tensor): Tensor => propose(augmenter, augmenter.sample(stream, infoOf(images.shape)), images);

interface Grids {
  readonly cases: Readonly<Record<string, { readonly height: number; readonly width: number; readonly grid: number }>>;
  readonly batch: string;
}
const grids = new Fixture<Grids>("masking.safetensors");
const masksOf = (id: string): RandomStream => new ScriptedStream({ choose: [[...grids.array(`${id}.masked`).data]] });

test.each(Object.entries(grids.about.cases))("masking lays its grid as PyTorch's nearest up-sampling does, %s", async (id, { height, width, grid }) => {
  const augmenter = await contribution(masking, "augmenter", { grid });
  const image = ones([1, height, width, 1]);
  const masked = augment(augmenter, masksOf(id), image);
  expect([...readNow(masked)]).toEqual([...grids.array(`${id}.mask`).data]);
  disposeAll([image, masked]);
});

test("masking masks a whole batch alike, bit for bit", async () => {
  const { batch, cases } = grids.about;
  const augmenter = await contribution(masking, "augmenter", { grid: cases[batch]!.grid });
  const images = grids.tensor("before.images");
  const after = augment(augmenter, masksOf(batch), images);
  expect([...readNow(after)]).toEqual([...grids.array("after.images").data]);
  disposeAll([images, after]);
});

test("patchmix takes a partner's patches, bit for bit", async () => {
  const fixture = new Fixture<{ readonly patch: number; readonly lambda: number }>("patchmix.safetensors");
  const { patch, lambda } = fixture.about;
  const augmenter = await contribution(patchmix, "augmenter", { patch });
  const images = fixture.tensor("before.images");
  const [given, permutation] = ["given", "permutation"].map((name) => [...fixture.array(name).data]);
  // Lambda is drawn before the patches; how many of them the script gives is what the published share of lambda makes.
  const after = augment(augmenter, new ScriptedStream({ beta: [lambda], choose: [given!], permutation: [permutation!] }), images);
  expect([...readNow(after)]).toEqual([...fixture.array("after.images").data]);
  disposeAll([images, after]);
});
