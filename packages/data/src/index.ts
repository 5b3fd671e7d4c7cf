export { hashFile, sha256, verifyChecksum, type Checksums } from "./checksum.js";
export { download, type DownloadRequest } from "./download.js";
export type { HostBatch } from "./host-batch.js";
export { readIdxImages, readIdxLabels, unpack, type IdxImages } from "./idx.js";
export { MemoryImageSource, subset } from "./image-source.js";
export { moduleBeside, type JobKind } from "./job.js";
export { evaluationBatches, Loader, type EvaluationOptions, type LoaderOptions } from "./loader.js";
export { splitHash, splitTraining, validationRows, type TrainingSplit } from "./split.js";
export { WorkerPool } from "./worker-pool.js";
