/** Published top-1 accuracies on the test images, per cent, by method. */
export interface PublishedAccuracies {
  readonly dataset: "CIFAR-100" | "Tiny-ImageNet";
  /** Where they stand, and what was trained. Tables of different protocols are not comparable. */
  readonly source: string;
  readonly rows: readonly {
    readonly teacher: string;
    readonly student: string;
    /** `teacher` and `student`: each trained alone. A method that is missing was not published for the pair. */
    readonly accuracies: Readonly<Record<string, number>>;
  }[];
}

const representationDistillation: PublishedAccuracies["rows"] = [
  { teacher: "wrn_40_2", student: "wrn_16_2", accuracies: { "teacher": 75.61, "student": 73.26, "KD": 74.92, "FitNet": 73.58, "AT": 74.08, "SP": 73.83, "CC": 73.56, "VID": 74.11, "RKD": 73.35, "PKT": 74.54, "AB": 72.50, "FT": 73.25, "FSP": 72.91, "NST": 73.68, "CRD": 75.48 } },
  { teacher: "wrn_40_2", student: "wrn_40_1", accuracies: { "teacher": 75.61, "student": 71.98, "KD": 73.54, "FitNet": 72.24, "AT": 72.77, "SP": 72.43, "CC": 72.21, "VID": 73.30, "RKD": 72.22, "PKT": 73.45, "AB": 72.38, "FT": 71.59, "NST": 72.24, "CRD": 74.14 } },
  { teacher: "resnet56", student: "resnet20", accuracies: { "teacher": 72.34, "student": 69.06, "KD": 70.66, "FitNet": 69.21, "AT": 70.55, "SP": 69.67, "CC": 69.63, "VID": 70.38, "RKD": 69.61, "PKT": 70.34, "AB": 69.47, "FT": 69.84, "FSP": 69.95, "NST": 69.60, "CRD": 71.16 } },
  { teacher: "resnet110", student: "resnet20", accuracies: { "teacher": 74.31, "student": 69.06, "KD": 70.67, "FitNet": 68.99, "AT": 70.22, "SP": 70.04, "CC": 69.48, "VID": 70.16, "RKD": 69.25, "PKT": 70.25, "AB": 69.53, "FT": 70.22, "FSP": 70.11, "NST": 69.53, "CRD": 71.46 } },
  { teacher: "resnet110", student: "resnet32", accuracies: { "teacher": 74.31, "student": 71.14, "KD": 73.08, "FitNet": 71.06, "AT": 72.31, "SP": 72.69, "CC": 71.48, "VID": 72.61, "RKD": 71.82, "PKT": 72.61, "AB": 70.98, "FT": 72.37, "FSP": 71.89, "NST": 71.96, "CRD": 73.48 } },
  { teacher: "resnet32x4", student: "resnet8x4", accuracies: { "teacher": 79.42, "student": 72.50, "KD": 73.33, "FitNet": 73.50, "AT": 73.44, "SP": 72.94, "CC": 72.97, "VID": 73.09, "RKD": 71.90, "PKT": 73.64, "AB": 73.17, "FT": 72.86, "FSP": 72.62, "NST": 73.30, "CRD": 75.51 } },
  { teacher: "vgg13", student: "vgg8", accuracies: { "teacher": 74.64, "student": 70.36, "KD": 72.98, "FitNet": 71.02, "AT": 71.43, "SP": 72.68, "CC": 70.71, "VID": 71.23, "RKD": 71.48, "PKT": 72.88, "AB": 70.94, "FT": 70.58, "FSP": 70.23, "NST": 71.53, "CRD": 73.94 } },
  { teacher: "vgg13", student: "MobileNetV2", accuracies: { "teacher": 74.64, "student": 64.60, "KD": 67.37, "FitNet": 64.14, "AT": 59.40, "SP": 66.30, "CC": 64.86, "VID": 65.56, "RKD": 64.52, "PKT": 67.13, "AB": 66.06, "FT": 61.78, "NST": 58.16, "CRD": 69.73 } },
  { teacher: "ResNet50", student: "MobileNetV2", accuracies: { "teacher": 79.34, "student": 64.60, "KD": 67.35, "FitNet": 63.16, "AT": 58.58, "SP": 68.08, "CC": 65.43, "VID": 67.57, "RKD": 64.43, "PKT": 66.52, "AB": 67.20, "FT": 60.99, "NST": 64.96, "CRD": 69.11 } },
  { teacher: "ResNet50", student: "vgg8", accuracies: { "teacher": 79.34, "student": 70.36, "KD": 73.81, "FitNet": 70.69, "AT": 71.84, "SP": 73.34, "CC": 70.25, "VID": 70.30, "RKD": 71.50, "PKT": 73.01, "AB": 70.65, "FT": 70.29, "NST": 71.28, "CRD": 74.30 } },
  { teacher: "resnet32x4", student: "ShuffleV1", accuracies: { "teacher": 79.42, "student": 70.50, "KD": 74.07, "FitNet": 73.59, "AT": 71.73, "SP": 73.48, "CC": 71.14, "VID": 73.38, "RKD": 72.28, "PKT": 74.10, "AB": 73.55, "FT": 71.75, "NST": 74.12, "CRD": 75.11 } },
  { teacher: "resnet32x4", student: "ShuffleV2", accuracies: { "teacher": 79.42, "student": 71.82, "KD": 74.45, "FitNet": 73.54, "AT": 72.73, "SP": 74.56, "CC": 71.29, "VID": 73.40, "RKD": 73.21, "PKT": 74.69, "AB": 74.31, "FT": 72.50, "NST": 74.68, "CRD": 75.65 } },
  { teacher: "wrn_40_2", student: "ShuffleV1", accuracies: { "teacher": 75.61, "student": 70.50, "KD": 74.83, "FitNet": 73.73, "AT": 73.32, "SP": 74.52, "CC": 71.38, "VID": 73.61, "RKD": 72.21, "PKT": 73.89, "AB": 73.34, "FT": 72.03, "NST": 74.89, "CRD": 76.05 } },
];

const selfSupervision: PublishedAccuracies["rows"] = [
  { teacher: "wrn_40_2", student: "wrn_16_2", accuracies: { "teacher": 76.46, "student": 73.64, "SSKD": 76.04, "CRD": 76.04, "AT": 75.28 } },
  { teacher: "wrn_40_2", student: "wrn_40_1", accuracies: { "teacher": 76.46, "student": 72.24, "SSKD": 76.13, "CRD": 75.52, "AT": 74.45 } },
  { teacher: "resnet56", student: "resnet20", accuracies: { "teacher": 73.44, "student": 69.63, "SSKD": 71.49, "CRD": 71.68, "AT": 71.78 } },
  { teacher: "resnet32x4", student: "resnet8x4", accuracies: { "teacher": 79.63, "student": 72.51, "SSKD": 76.20, "CRD": 75.90, "AT": 74.26 } },
  { teacher: "vgg13", student: "vgg8", accuracies: { "teacher": 75.38, "student": 70.68, "SSKD": 75.33, "CRD": 74.06, "AT": 73.62 } },
  { teacher: "vgg13", student: "MobileNetV2", accuracies: { "teacher": 75.38, "student": 65.79, "SSKD": 71.53, "CRD": 68.49, "AT": 69.34 } },
  { teacher: "ResNet50", student: "MobileNetV2", accuracies: { "teacher": 79.10, "student": 65.79, "SSKD": 72.57, "CRD": 70.32, "AT": 69.28 } },
  { teacher: "ResNet50", student: "vgg8", accuracies: { "teacher": 79.10, "student": 70.68, "SSKD": 75.76, "CRD": 74.42, "AT": 73.45 } },
  { teacher: "resnet32x4", student: "ShuffleV1", accuracies: { "teacher": 79.63, "student": 70.77, "SSKD": 78.44, "CRD": 75.46, "AT": 74.76 } },
  { teacher: "resnet32x4", student: "ShuffleV2", accuracies: { "teacher": 79.63, "student": 73.12, "SSKD": 78.61, "CRD": 75.72, "AT": 75.30 } },
  { teacher: "wrn_40_2", student: "ShuffleV1", accuracies: { "teacher": 76.46, "student": 70.77, "SSKD": 77.40, "CRD": 75.96, "AT": 75.61 } },
];

const augmentations: PublishedAccuracies["rows"] = [
  { teacher: "wrn_40_2", student: "wrn_16_2", accuracies: { "KD": 74.92, "KD, 960 epochs": 75.68, "KD, cutout": 75.54, "KD, cutmix": 75.34, "KD, cutmix and pick": 75.59, "KD, cutmix and pick, 960 epochs": 76.41, "CRD+KD": 75.64, "CRD, cutmix and pick": 75.96, "CRD, cutmix and pick, 960 epochs": 76.61 } },
  { teacher: "resnet56", student: "resnet20", accuracies: { "KD": 70.66, "KD, 960 epochs": 71.79, "KD, cutout": 70.86, "KD, cutmix": 70.77, "KD, cutmix and pick": 70.99, "KD, cutmix and pick, 960 epochs": 71.66, "CRD+KD": 71.63, "CRD, cutmix and pick": 71.41, "CRD, cutmix and pick, 960 epochs": 72.40 } },
  { teacher: "resnet32x4", student: "resnet8x4", accuracies: { "KD": 73.33, "KD, 960 epochs": 73.14, "KD, cutout": 74.32, "KD, cutmix": 74.91, "KD, cutmix and pick": 74.78, "KD, cutmix and pick, 960 epochs": 75.12, "CRD+KD": 75.46, "CRD, cutmix and pick": 76.11, "CRD, cutmix and pick, 960 epochs": 75.96 } },
  { teacher: "vgg13", student: "vgg8", accuracies: { "KD": 72.98, "KD, 960 epochs": 74.00, "KD, cutout": 74.03, "KD, cutmix": 74.16, "KD, cutmix and pick": 74.43, "KD, cutmix and pick, 960 epochs": 75.00, "CRD+KD": 74.29, "CRD, cutmix and pick": 74.65, "CRD, cutmix and pick, 960 epochs": 75.41 } },
  { teacher: "vgg13", student: "MobileNetV2", accuracies: { "KD": 67.37, "KD, 960 epochs": 68.77, "KD, cutout": 68.22, "KD, cutmix": 68.79, "KD, cutmix and pick": 69.49, "KD, cutmix and pick, 960 epochs": 70.47, "CRD+KD": 69.94, "CRD, cutmix and pick": 69.95, "CRD, cutmix and pick, 960 epochs": 70.84 } },
  { teacher: "ResNet50", student: "vgg8", accuracies: { "KD": 73.81, "KD, 960 epochs": 74.04, "KD, cutout": 73.98, "KD, cutmix": 74.85, "KD, cutmix and pick": 74.95, "KD, cutmix and pick, 960 epochs": 76.13, "CRD+KD": 74.58, "CRD, cutmix and pick": 75.35, "CRD, cutmix and pick, 960 epochs": 76.20 } },
  { teacher: "resnet32x4", student: "ShuffleV2", accuracies: { "KD": 74.45, "KD, 960 epochs": 74.64, "KD, cutout": 75.20, "KD, cutmix": 76.61, "KD, cutmix and pick": 76.90, "KD, cutmix and pick, 960 epochs": 77.90, "CRD+KD": 76.05, "CRD, cutmix and pick": 76.93, "CRD, cutmix and pick, 960 epochs": 78.51 } },
];

const augmentationsTiny: PublishedAccuracies["rows"] = [
  { teacher: "wrn_40_2", student: "wrn_16_2", accuracies: { "KD": 58.65, "KD, cutmix and pick, 480 epochs": 60.07, "CRD": 60.79 } },
  { teacher: "resnet56", student: "resnet20", accuracies: { "KD": 53.58, "KD, cutmix and pick, 480 epochs": 54.25, "CRD": 55.34 } },
  { teacher: "resnet32x4", student: "resnet8x4", accuracies: { "KD": 55.67, "KD, cutmix and pick, 480 epochs": 57.54, "CRD": 59.28 } },
  { teacher: "vgg13", student: "vgg8", accuracies: { "KD": 61.48, "KD, cutmix and pick, 480 epochs": 62.60, "CRD": 62.92 } },
  { teacher: "vgg13", student: "MobileNetV2", accuracies: { "KD": 59.28, "KD, cutmix and pick, 480 epochs": 60.66, "CRD": 62.38 } },
  { teacher: "ResNet50", student: "vgg8", accuracies: { "KD": 60.39, "KD, cutmix and pick, 480 epochs": 61.95, "CRD": 62.03 } },
  { teacher: "resnet32x4", student: "ShuffleV2", accuracies: { "KD": 66.34, "KD, cutmix and pick, 480 epochs": 67.35, "CRD": 67.33 } },
];

const submission =
  "authors' ICLR 2022 submission 0d1mLPC2q2, where the picked augmentation is called TLCutMix; means of 3 runs, 240 epochs unless said; its best picking criterion, the divergence of teacher and student";

export const publishedAccuracies: readonly PublishedAccuracies[] = [
  {
    dataset: "CIFAR-100",
    source: "README of HobbitLong/RepDistiller (commit b84f547); last epoch of 240, means of several runs",
    rows: representationDistillation,
  },
  {
    dataset: "CIFAR-100",
    source: "README of xuguodong03/SSKD (commit 661b972), with teachers of its own; its KD row is left out, since it is the one of RepDistiller with other teachers",
    rows: selfSupervision,
  },
  { dataset: "CIFAR-100", source: submission, rows: augmentations },
  { dataset: "Tiny-ImageNet", source: submission, rows: augmentationsTiny },
];
