import { difference } from "./difference.js";
import { refusal } from "./error.js";
import { listed } from "./nearest.js";

/** `problems`: each a phrase that names the part of the file. */
export const studyInvalid = refusal("KDF_STUDY_INVALID", (d: { file: string; problems: readonly string[] }) => ({
  happened:
    d.problems.length === 1
      ? `The study ${d.file} cannot be run: ${d.problems[0]}`
      : [`The study ${d.file} cannot be run:`, ...d.problems.map((problem) => `- ${problem}`)].join("\n"),
  expected: "a study whose every cell can be trained, with what is installed",
  fix: "correct the file, or install what is missing; --dry-run checks it again and writes nothing",
}));

/** `changed`: the cells whose settings are no longer those that they were begun with; `recorded` and `present` those of the first, as JSON. */
export const studyChanged = refusal(
  "KDF_STUDY_CHANGED",
  (d: { directory: string; changed: readonly string[]; recorded: string; present: string }) => {
    const [was, is] = difference(d.recorded, d.present);
    const more = d.changed.length > 5 ? ", …" : "";
    return {
      happened:
        `${d.changed.length} of the cells in ${d.directory} were begun with other settings: ${listed(d.changed.slice(0, 5))}${more}. ` +
        `${d.changed[0]} had ${was}, now ${is}.`,
      expected: "the settings that the cells were begun with; pairs, augmenters and seeds may be added",
      fix: "restore the settings, or start another study with --run-dir, or delete the folders of these cells",
    };
  },
);

export const studyBusy = refusal("KDF_STUDY_BUSY", (d: { directory: string }) => ({
  happened: `Another process works on the study in ${d.directory}.`,
  expected: "one process for a study; --jobs says how many cells it trains at once",
  fix: "wait for it, or stop it first",
}));
