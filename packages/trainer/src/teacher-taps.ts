import { distillerMisfit, type DistillerSubject, type ExtensionRegistry, type PreparedDistiller } from "@kdf/core";
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
  const working: string[] = [];
  for (const other of registry.ids("distiller")) if (other !== id && (await works(other, subject, registry, given))) working.push(other);
  const ways = [
    ...(teacherEngine === null ? [] : [`run the teacher in the engine, whose taps it has there: leave --teacher-engine ${teacherEngine} out`]),
    working.length === 0 ? "choose another distiller, teacher or student" : `choose a distiller that does with what it gives: --distiller ${working.join(" or ")}`,
  ];
  throw distillerMisfit({
    distiller: id,
    problem: `the teacher has no taps ${missing.join(", ")}`,
    expected: given.length === 0 ? "the teacher's logits alone: it gives no taps" : `taps among ${given.join(", ")}`,
    fix: ways.join("; or "),
  });
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
