import { distillerMisfit, type Distiller, type DistillerSubject, type PreparedDistiller, type Stage, type TensorLike, type Views } from "@kdf/core";
import { pooledPair, tapsOfPairs, tensorsOfPair, type TapPair } from "@kdf/nn";
import { crossEntropy, divergence, gather, integers } from "@kdf/tensor";
import type { Options } from "./options.js";
import { RotatedView, rotations } from "./rotated-view.js";
import { keptDivergence, keptRows, ownRank } from "./selection.js";
import { SimilarityHead } from "./similarity-head.js";

/** The published run's epochs, and those of its first stage. */
const published = { run: 240, head: 60 };

/**
 * Knowledge distillation meets self-supervision (Xu et al. 2020). First a head on the frozen teacher's pooled features
 * learns to find, for each rotated image, its original among those of the batch. Then the student learns by
 * 0.1 CE(original) + 0.9 T² KL(original) + 2.7 T² KL(rotated) + 10 T² KL(similarities), the last by a head of its own; on
 * rotated images and similarities, rows in which the teacher itself is too wrong are left out.
 */
export class SelfSupervisedDistillation implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT without a teacher, for models without pooled features, and for other classes. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { weights, cropPadding, taps: named } = this.#options;
    const pooled = pooledPair({ distiller: "sskd", subject, ...(named && { named }) });
    demandClasses(subject);
    const head = (role: "teacher" | "student"): SimilarityHead =>
      new SimilarityHead(pooled[role].shape[0]!, subject.streams.at(`sskd:${role}Head`));
    const heads = { teacherHead: head("teacher"), studentHead: head("student") };
    const weightOf: Readonly<Record<string, number>> = {
      "crossEntropy.head": 1,
      "crossEntropy.original": weights.crossEntropy,
      "divergence.original": weights.divergenceOriginal,
      "divergence.rotated": weights.divergenceRotated,
      "similarity.rotated": weights.similarity,
    };
    return {
      taps: tapsOfPairs([pooled]),
      extras: heads,
      state: {},
      views: [new RotatedView(cropPadding)],
      stages: this.#stages(subject.epochs ?? published.run),
      losses: (views, { stage, labels }) =>
        stage === "head"
          ? { "crossEntropy.head": headLoss(heads.teacherHead, views, pooled) }
          : this.#distillLosses(heads, views, pooled, labels),
      weight: (term) => weightOf[term]!,
    };
  }

  #stages(runEpochs: number): readonly Stage[] {
    const { head } = this.#options;
    const epochs = head.epochs ?? Math.max(1, Math.round((runEpochs * published.head) / published.run));
    const views = ["original", "rotated"];
    return [
      {
        id: "head",
        trains: ["extras.teacherHead"],
        views,
        roles: ["teacher"],
        losses: ["crossEntropy.head"],
        epochs,
        optimizer: { id: "sgd", learningRate: head.learningRate, momentum: 0.9, nesterov: false, weightDecay: 5e-4 },
        schedule: { id: "step", milestones: head.milestones ?? [epochs / 2, (epochs * 3) / 4], gamma: 0.1, warmupEpochs: 0 },
      },
      {
        id: "distill",
        trains: ["student", "extras.studentHead"],
        views,
        losses: ["crossEntropy.original", "divergence.original", "divergence.rotated", "similarity.rotated"],
      },
    ];
  }

  #distillLosses(
    { teacherHead, studentHead }: Readonly<Record<"teacherHead" | "studentHead", SimilarityHead>>,
    views: Views,
    pooled: TapPair,
    labels: TensorLike,
  ): Record<string, TensorLike> {
    const { temperatures, kept } = this.#options;
    const [original, rotated] = [views["original"]!, views["rotated"]!];
    const [features, rotatedFeatures] = [tensorsOfPair(pooled, original), tensorsOfPair(pooled, rotated)];
    const [teacher, student] = [original.teacher!.logits, original.student!.logits];
    const [rotatedTeacher, rotatedStudent] = [rotated.teacher!.logits, rotated.student!.logits];
    const images = ownImages(labels.shape[0]!);
    const teacherSimilarities = teacherHead.similarities(rotatedFeatures.teacher, features.teacher);
    const studentSimilarities = studentHead.similarities(rotatedFeatures.student, features.student);
    // The rank among logits is that among probabilities, and no two of them are rounded to the same.
    const keptRotated = keptRows(ownRank(rotatedTeacher, gather(labels, images)), kept.rotated);
    const keptSimilarities = keptRows(ownRank(teacherSimilarities, images), kept.similarity);
    return {
      "crossEntropy.original": crossEntropy(student, labels),
      "divergence.original": divergence(teacher, student, temperatures.original),
      "divergence.rotated": keptDivergence(rotatedTeacher, rotatedStudent, temperatures.rotated, keptRotated),
      "similarity.rotated": keptDivergence(teacherSimilarities, studentSimilarities, temperatures.similarity, keptSimilarities),
    };
  }
}

/** Cross-entropy of the similarities, without a temperature, with the image that each row is of; mean over the rows. */
function headLoss(head: SimilarityHead, views: Views, { teacher }: TapPair): TensorLike {
  const [original, rotated] = ["original", "rotated"].map((view) => views[view]!.teacher!.taps[teacher.name]!) as [TensorLike, TensorLike];
  return crossEntropy(head.similarities(rotated, original), ownImages(original.shape[0]!));
}

/** [B·3] int32: of each rotated image the row of its original. */
const ownImages = (size: number): TensorLike =>
  integers(Array.from({ length: size * rotations }, (_, row) => Math.floor(row / rotations)), [size * rotations]);

function demandClasses({ teacher, student, dataset }: DistillerSubject): void {
  const classes = dataset.classes.length;
  if (teacher!.classes === classes && student.classes === classes) return;
  throw distillerMisfit({
    distiller: "sskd",
    problem: `the data set has ${classes} classes, the teacher ${teacher!.classes} and the student ${student.classes}`,
    expected: "a teacher and a student with the classes of the data set",
    fix: "name a teacher that was trained on this data set",
  });
}
