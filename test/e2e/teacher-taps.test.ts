import { existsSync } from "node:fs";
import { join } from "node:path";
import { distillerMisfit, type Distiller, type Plugin, type PluginContext, type TeacherModel } from "@kdf/core";
import kd from "@kdf/plugin-kd";
import { tensorCount } from "@kdf/tensor";
import { BoringTeacher, boringTeacherOptions, pluginOf } from "@kdf/testing";
import { afterAll, describe, expect, it } from "vitest";
import { start } from "./in-process.js";
import { temporaryFolder } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Gives logits alone, and runs the models of others, of which it gives logits alone too. */
const logitsAlone = async (given?: TeacherModel): Promise<TeacherModel> => {
  const model = given ?? (await new BoringTeacher(boringTeacherOptions.parse({})).open());
  return { description: { ...model.description, taps: {} }, provenance: model.provenance, forward: (images) => model.forward(images, { taps: [] }), dispose: () => model.dispose() };
};
/** Refuses what gives no maps itself. */
const demanding: Distiller = {
  prepare: () => {
    throw distillerMisfit({ distiller: "demanding", problem: "it has no maps", expected: "maps", fix: "choose a teacher that gives maps" });
  },
};
/** kd, which says that it reads the teacher's map. */
const reading: Distiller = {
  prepare(subject) {
    const { options, create } = kd.provides.distiller!["kd"]!;
    const parsed = options["~standard"].validate({}) as { readonly value: object };
    const prepared = (create(parsed.value, {} as PluginContext) as Distiller).prepare(subject);
    return { ...prepared, taps: { teacher: ["map"], student: [] } };
  },
};
const runtime = pluginOf("runtime", {
  teacher: { runtime: () => ({ open: () => logitsAlone(), adopt: logitsAlone }) },
  distiller: { reading: () => reading, demanding: () => demanding },
}) as Plugin;
let runs = 0;
const train = (values: object): Promise<unknown> => start({ plugins: [runtime], values: { epochs: 1, ...values } }, join(folder.path, `run-${++runs}`));

describe("a teacher that gives logits alone", () => {
  it.each([
    ["itself", { teacher: "runtime" }, []],
    ["in a runtime", { teacherEngine: "runtime" }, ["leave --teacher-engine runtime out"]],
  ])("%s: a distiller that reads its taps is refused, and those are named that work", async (_, values, more) => {
    const before = tensorCount();
    const refused = (await train({ ...values, distiller: "reading" }).catch((error: unknown) => error)) as { code: string; explanation: { happened: string; fix: string } };
    expect(refused.code).toBe("KDF_DISTILLER_MISFIT");
    expect(refused.explanation.happened).toContain("the teacher has no taps map");
    expect(refused.explanation.fix).toMatch(/--distiller (.* or )?kd\b/);
    for (const words of more) expect(refused.explanation.fix).toContain(words);
    expect(refused.explanation.fix).not.toContain("reading");
    expect(tensorCount()).toBe(before);
    expect(existsSync(join(folder.path, `run-${runs}`))).toBe(false);
  });

  it("a distiller that refuses it says why, and those are named that work", async () => {
    const refused = (await train({ teacher: "runtime", distiller: "demanding" }).catch((error: unknown) => error)) as { code: string; explanation: { happened: string; fix: string } };
    expect(refused.code).toBe("KDF_DISTILLER_MISFIT");
    expect(refused.explanation.happened).toContain("it has no maps");
    expect(refused.explanation.fix).toMatch(/^choose a teacher that gives maps; or .*--distiller (.* or )?kd\b/);
    expect(refused.explanation.fix).not.toMatch(/demanding|reading/);
  });

  it("trains with one that reads logits, also where it runs another's model", async () => {
    await expect(train({ teacher: "runtime" })).resolves.toMatchObject({ status: "finished" });
    await expect(train({ teacherEngine: "runtime" })).resolves.toMatchObject({ status: "finished" });
  });

  it("a teacher plugin that is no runtime is refused as one, and nothing is left", async () => {
    const before = tensorCount();
    await expect(train({ teacherEngine: "boring" })).rejects.toMatchObject({ code: "KDF_TEACHER_ENGINE_UNSUITABLE" });
    expect(tensorCount()).toBe(before);
  });
});
