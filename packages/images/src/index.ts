export { classesIn, labelledFiles, shown } from "./class-folders.js";
export { boxCrop, centreCrop, randomCropBox, type Framing, type RandomResizedCrop } from "./crops.js";
export { decodeImage, type DecodedImage } from "./decode-image.js";
export type { LabelledFile } from "./decoded-source.js";
export { folderTree, isDirectory, zipTree, type FileTree } from "./file-tree.js";
export { ImageFilesDataset, type ImageCollection, type ImageFilesDatasetOptions } from "./image-files-dataset.js";
export { imageOptions, type ImageOptions } from "./options.js";
export { resample, type Box } from "./resample.js";
