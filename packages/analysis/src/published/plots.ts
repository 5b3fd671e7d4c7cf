/** The augmenters of a published plot, in its order, by the ids that kdf gives them. */
export const publishedAugmenters = [
  "identity",
  "flip",
  "crop-flip",
  "cutout",
  "autoaugment",
  "mixup",
  "cutmix",
  "cutmixpick?criterion=student-entropy",
  "cutmixpick",
] as const;

/** One of the paper's plots: T. stddev against the student's test loss, a point for each augmenter. */
export interface PublishedPlot {
  readonly dataset: "CIFAR-100" | "Tiny-ImageNet";
  readonly teacher: string;
  readonly student: string;
  /** By augmenter, in the order of `publishedAugmenters`. */
  readonly tStddev: readonly number[];
  readonly testLoss: readonly number[];
  /** The coefficients that stand in the plot. */
  readonly printed: { readonly pearson: number; readonly spearman: number; readonly kendall: number };
}

/** Where the points come from. */
export const plotsSource =
  "Wang et al. 2022, What Makes a \"Good\" Data Augmentation in Knowledge Distillation, NeurIPS: points recovered from the " +
  "vector figures in the authors' repository MingSun-Tse/Good-DA-in-KD (commit 75443f9). Means of three runs of 240 epochs; " +
  "T. stddev of blocks of 5 steps of 64 images, 10 epochs.";

export const publishedPlots: readonly PublishedPlot[] = [
  {
    dataset: "CIFAR-100",
    teacher: "wrn_40_2",
    student: "wrn_16_2",
    tStddev: [5.473e-3, 5.471e-3, 5.410e-3, 5.255e-3, 5.110e-3, 4.988e-3, 4.719e-3, 4.400e-3, 4.154e-3],
    testLoss: [1.0976, 1.0774, 1.0837, 1.0564, 1.0305, 1.0486, 1.0275, 1.0054, 0.9746],
    printed: { pearson: .9581, spearman: .9667, kendall: .8889 },
  },
  {
    dataset: "CIFAR-100",
    teacher: "resnet56",
    student: "resnet20",
    tStddev: [5.248e-3, 5.232e-3, 5.121e-3, 4.983e-3, 4.904e-3, 4.719e-3, 4.443e-3, 4.039e-3, 3.788e-3],
    testLoss: [1.1783, 1.1668, 1.1763, 1.1687, 1.1478, 1.1621, 1.1440, 1.1269, 1.0924],
    printed: { pearson: .9404, spearman: .9333, kendall: .8333 },
  },
  {
    dataset: "CIFAR-100",
    teacher: "vgg13",
    student: "vgg8",
    tStddev: [5.519e-3, 5.516e-3, 5.457e-3, 5.295e-3, 5.176e-3, 5.075e-3, 4.665e-3, 4.300e-3, 4.042e-3],
    testLoss: [1.1856, 1.1754, 1.1537, 1.1279, 1.1273, 1.1194, 1.0862, 1.0605, 0.9981],
    printed: { pearson: .9742, spearman: 1, kendall: 1 },
  },
  {
    dataset: "CIFAR-100",
    teacher: "ResNet50",
    student: "vgg8",
    tStddev: [5.530e-3, 5.532e-3, 5.494e-3, 5.370e-3, 5.248e-3, 5.083e-3, 4.870e-3, 4.656e-3, 4.397e-3],
    testLoss: [1.2418, 1.2110, 1.1976, 1.1925, 1.1443, 1.1188, 1.1161, 1.0851, 1.0069],
    printed: { pearson: .9697, spearman: .9833, kendall: .9444 },
  },
  {
    dataset: "Tiny-ImageNet",
    teacher: "wrn_40_2",
    student: "wrn_16_2",
    tStddev: [3.482e-3, 3.473e-3, 3.385e-3, 3.305e-3, 2.953e-3, 2.999e-3, 2.921e-3, 2.609e-3, 2.386e-3],
    testLoss: [1.7676, 1.7567, 1.7599, 1.7587, 1.7358, 1.7278, 1.7296, 1.6986, 1.6849],
    printed: { pearson: .9831, spearman: .9000, kendall: .7778 },
  },
  {
    dataset: "Tiny-ImageNet",
    teacher: "resnet56",
    student: "resnet20",
    tStddev: [2.994e-3, 2.978e-3, 2.893e-3, 2.845e-3, 2.610e-3, 2.593e-3, 2.494e-3, 2.148e-3, 1.972e-3],
    testLoss: [1.9459, 1.9352, 1.9343, 1.9369, 1.9569, 1.9201, 1.9136, 1.8985, 1.8817],
    printed: { pearson: .8484, spearman: .7833, kendall: .6667 },
  },
  {
    dataset: "Tiny-ImageNet",
    teacher: "vgg13",
    student: "vgg8",
    tStddev: [3.873e-3, 3.873e-3, 3.808e-3, 3.734e-3, 3.284e-3, 3.388e-3, 3.173e-3, 2.905e-3, 2.681e-3],
    testLoss: [1.8377, 1.8379, 1.8346, 1.7932, 1.7310, 1.7757, 1.7259, 1.6556, 1.6237],
    printed: { pearson: .9870, spearman: .9958, kendall: .9860 },
  },
  {
    dataset: "Tiny-ImageNet",
    teacher: "ResNet50",
    student: "vgg8",
    tStddev: [3.903e-3, 3.901e-3, 3.860e-3, 3.773e-3, 3.332e-3, 3.413e-3, 3.373e-3, 3.197e-3, 2.948e-3],
    testLoss: [1.9767, 1.9674, 1.9249, 1.9091, 1.7750, 1.8281, 1.8225, 1.7290, 1.6724],
    printed: { pearson: .9879, spearman: 1, kendall: 1 },
  },
];
