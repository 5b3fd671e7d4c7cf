import { failure, refusal } from "./error.js";

export const dataFileMissing = refusal(
  "KDF_DATA_FILE_MISSING",
  (d: { dataset: string; file: string; looked: readonly string[]; fix: string }) => ({
    happened: `${d.dataset} needs ${d.file}, which is not in ${d.looked.join(", ")}.`,
    expected: "the data set's files in one of these folders",
    fix: d.fix,
  }),
);

export const dataFileInvalid = refusal(
  "KDF_DATA_FILE_INVALID",
  (d: { file: string; problem: string; expected: string }) => ({
    happened: `${d.file} is not valid: ${d.problem}.`,
    expected: d.expected,
    fix: "replace the file by a fresh copy",
  }),
);

export const dataChecksumWrong = refusal(
  "KDF_DATA_CHECKSUM_WRONG",
  (d: { file: string; algorithm: string; got: string; expected: string; fix?: string }) => ({
    happened: `${d.file} has the ${d.algorithm} ${d.got}.`,
    expected: `the ${d.algorithm} ${d.expected}`,
    fix: d.fix ?? "delete the file and fetch it again: it is damaged or another version",
  }),
);

export const dataLabelsInvalid = refusal(
  "KDF_DATA_LABELS_INVALID",
  (d: { file: string; row: number; label: number; classes: number }) => ({
    happened: `${d.file} has the label ${d.label} in row ${d.row}.`,
    expected: `labels from 0 to ${d.classes - 1}`,
    fix: "replace the file by a fresh copy, or correct the number of classes",
  }),
);

export const dataTooSmall = refusal(
  "KDF_DATA_TOO_SMALL",
  (d: { batchSize: number; images: number; split: string }) => ({
    happened: `The batch size ${d.batchSize} is larger than the ${d.split} split, which has ${d.images} images.`,
    expected: "at least one full batch",
    fix: `--batch-size ${Math.max(1, d.images)} or less, or more data`,
  }),
);

export const downloadFailed = failure("KDF_DOWNLOAD_FAILED", (d: { url: string; problem: string; fix: string }) => ({
  happened: `${d.url} could not be fetched: ${d.problem}.`,
  expected: "a reachable server; what was fetched so far is kept and continued",
  fix: d.fix,
}));

export const archiveUnsafe = refusal("KDF_ARCHIVE_UNSAFE", (d: { file: string; member: string; problem: string }) => ({
  happened: `${d.file} is not unpacked: of its member ${d.member}, ${d.problem}.`,
  expected: "an archive of plain files and folders, with names that stay inside, no larger than the data set",
  fix: "fetch the archive from its publisher again; do not unpack this one by hand",
}));

export const pickleRefused = refusal("KDF_PICKLE_REFUSED", (d: { file: string; problem: string; allowed: readonly string[] }) => ({
  happened: `${d.file} is a Python pickle that is not read: ${d.problem}.`,
  expected: `plain values${d.allowed.length === 0 ? "" : `, and of Python nothing but ${d.allowed.join(", ")}`}`,
  fix: "fetch the file from its publisher again: nothing of it was executed",
}));

export const imagesDamaged = refusal(
  "KDF_IMAGES_DAMAGED",
  (d: { dataset: string; count: number; images: number; examples: readonly string[] }) => ({
    happened: `${d.dataset}: ${d.count} of ${d.images} images cannot be decoded: ${d.examples.join("; ")}${d.count > d.examples.length ? "; …" : ""}.`,
    expected: "images that are whole",
    fix: "replace them, or --on-bad-image skip to leave them out",
  }),
);

export const imageUnreadable = failure("KDF_IMAGE_UNREADABLE", (d: { file: string; problem: string }) => ({
  happened: `The image ${d.file} could not be read while the run was under way: ${d.problem}.`,
  expected: "images that stay as they were when the run began",
  fix: "restore the file and resume the run; or start anew, so that all images are checked again",
}));

export const imageFoldersInvalid = refusal(
  "KDF_IMAGE_FOLDERS_INVALID",
  (d: { folder: string; problem: string; expected: string; fix: string }) => ({
    happened: `${d.folder} does not hold the images of the data set: ${d.problem}.`,
    expected: d.expected,
    fix: d.fix,
  }),
);
