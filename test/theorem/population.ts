/** A population of a few images on a ring, so that every outcome of a small experiment can be listed. */

export type Distribution = readonly number[];

const normalized = (weights: readonly number[]): Distribution => {
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
};

/** Images 0 to 4, one as likely as another, and three classes. */
export const images = [0, 1, 2, 3, 4] as const;

/** Surest of class 0 around the image `turn`, least sure at the opposite of the ring. */
const onRing = (turn: number, height: number): readonly Distribution[] =>
  images.map((image) => {
    const sureness = height * (1 + Math.cos((2 * Math.PI * (image - turn)) / images.length));
    return normalized([sureness, 0, -sureness / 2].map(Math.exp));
  });

/** What an image's class really is distributed as, what the teacher says, and the student, by image. */
export const truth = onRing(0, 1.2);
export const teacher = onRing(0.15, 1);
export const student = onRing(0.5, 0.6);

/**
 * An augmentation replaces image x by one that depends on x and on a number drawn uniformly from 0 to draws - 1, which is
 * independent of x.
 */
export interface Augmentation {
  readonly draws: number;
  readonly apply: (image: number, draw: number) => number;
}

const turnedBy = (...turns: readonly number[]): Augmentation => ({
  draws: turns.length,
  apply: (image, draw) => (image + turns[draw]!) % images.length,
});

/** All of these leave an augmented image one as likely as another. */
export const augmentations = {
  identity: turnedBy(0),
  near: turnedBy(0, 1, 4),
  far: turnedBy(2, 3),
  any: turnedBy(0, 1, 2, 3, 4),
} as const satisfies Readonly<Record<string, Augmentation>>;

/** -Σ p log q */
export const crossEntropy = (p: Distribution, q: Distribution): number => p.reduce((sum, share, label) => sum - share * Math.log(q[label]!), 0);

/**
 * Every outcome of drawing `size` images and augmenting each, all equally likely: the originals, then what they became.
 * The place of a row in the sample is its place in the list.
 */
export function outcomes({ draws, apply }: Augmentation, size: number): readonly (readonly number[])[] {
  let lists: (readonly (readonly [image: number, augmented: number])[])[] = [[]];
  for (let row = 0; row < size; row += 1) {
    lists = lists.flatMap((list) => images.flatMap((image) => Array.from({ length: draws }, (_, draw) => [...list, [image, apply(image, draw)] as const])));
  }
  return lists.map((list) => [...list.map(([image]) => image), ...list.map(([, augmented]) => augmented)]);
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Of all equally likely outcomes: no unbiased estimate, the covariance itself. */
export function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return mean(a.map((value, place) => (value - meanA) * (b[place]! - meanB)));
}
