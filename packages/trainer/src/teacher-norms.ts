import type { DistillerSubject, NormParameters, TeacherModel } from "@kdf/core";
import { read } from "@kdf/tensor";

/** Scale and shift of the batch norms that made the teacher's maps, by their taps; undefined where it names none. */
export async function teacherNorms({ description, parameters }: TeacherModel): Promise<DistillerSubject["teacherNorms"]> {
  const { norms } = description;
  if (norms === undefined || parameters === undefined) return undefined;
  const all = parameters();
  const part = async (name: string): Promise<Float32Array> => Float32Array.from(await read(all.get(name)!.value));
  const entries = Object.entries(norms).map(async ([tap, norm]): Promise<[string, NormParameters]> => [
    tap,
    { weight: await part(`${norm}.weight`), bias: await part(`${norm}.bias`) },
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
