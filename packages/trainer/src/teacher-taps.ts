import { distillerMisfit, isKdfError, withAnotherFix, type DistillerSubject, type ExtensionRegistry, type PreparedDistiller } from "@kdf/core";
import { disposeAll } from "@kdf/tensor";

/**
 * KDF_DISTILLER_MISFIT where the distiller reads taps that the teacher does not give, as one in a runtime gives none. It
 * names the installed distillers that do with what there is: each is prepared for the same subject.
 */
export async function demandTeacherTaps(
  id: string,
  prepared: PreparedDistiller,
  subject: DistillerSubject,
  registry: ExtensionRegistry,
  teacherEngine: string | null,
): Promise<void> {
  if (subject.teacher === undefined) return;
  const given = Object.keys(subject.teacher.taps);
  const missing = missingTaps(prepared, given);
  if (missing.length === 0) return;
  throw distillerMisfit({
    distiller: id,
    problem: `the teacher has no taps ${missing.join(", ")}`,
    expected: given.length === 0 ? "the teacher's logits alone: it gives no taps" : `taps among ${given.join(", ")}`,
    fix: await waysOut(id, subject, registry, teacherEngine),
  });
}

/** What a distiller says of a teacher that gives logits alone, with the installed distillers that do with these; else the error as it is. */
export async function withWaysOut(
  error: unknown,
  id: string,
  subject: DistillerSubject,
  registry: ExtensionRegistry,
  teacherEngine: string | null,
): Promise<unknown> {
  const logitsAlone = subject.teacher !== undefined && Object.keys(subject.teacher.taps).length === 0;
  if (!logitsAlone || !isKdfError(error) || error.code !== "KDF_DISTILLER_MISFIT") return error;
  return withAnotherFix(error, await waysOut(id, subject, registry, teacherEngine));
}

async function waysOut(id: string, subject: DistillerSubject, registry: ExtensionRegistry, teacherEngine: string | null): Promise<string> {
  const given = Object.keys(subject.teacher!.taps);
  const working: string[] = [];
  for (const other of registry.ids("distiller")) if (other !== id && (await works(other, subject, registry, given))) working.push(other);
  return [
    ...(teacherEngine === null ? [] : [`run the teacher in the engine, whose taps it has there: leave --teacher-engine ${teacherEngine} out`]),
    working.length === 0 ? "choose another distiller, teacher or student" : `choose a distiller that does with what it gives: --distiller ${working.join(" or ")}`,
  ].join("; or ");
}

const missingTaps = ({ taps }: PreparedDistiller, given: readonly string[]): string[] => taps.teacher.filter((tap) => !given.includes(tap));

/** With its default options. One that refuses the subject does not work. */
async function works(id: string, subject: DistillerSubject, registry: ExtensionRegistry, given: readonly string[]): Promise<boolean> {
  try {
    const prepared = (await registry.create("distiller", id)).prepare(subject);
    for (const extra of Object.values(prepared.extras)) extra.dispose();
    disposeAll(prepared.state as never);
    return missingTaps(prepared, given).length === 0;
  } catch {
    return false;
  }
}
