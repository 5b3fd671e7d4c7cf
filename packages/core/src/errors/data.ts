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
