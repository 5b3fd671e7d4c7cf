import type { RandomStream } from "@kdf/core";

/** Images of other classes, drawn without replacement. Holds 8 bytes for each image of the training split. */
export class Negatives {
  /** Rows of the training split by class. */
  readonly #byClass: Int32Array;
  /** [classes + 1]: where each class begins in it. */
  readonly #starts: Int32Array;
  /** 0, 1, 2, … between draws. */
  readonly #places: Int32Array;

  /** `labels` [N] of the training split, each below `classes`. */
  constructor(labels: Int32Array, classes: number) {
    this.#starts = new Int32Array(classes + 1);
    for (const label of labels) this.#starts[label + 1]! += 1;
    for (let label = 0; label < classes; label += 1) this.#starts[label + 1]! += this.#starts[label]!;
    this.#byClass = new Int32Array(labels.length);
    const next = this.#starts.slice(0, classes);
    labels.forEach((label, row) => {
      this.#byClass[next[label]!] = row;
      next[label]! += 1;
    });
    this.#places = Int32Array.from({ length: labels.length }, (_, place) => place);
  }

  /** How many images have the label. */
  sizeOf(label: number): number {
    return this.#starts[label + 1]! - this.#starts[label]!;
  }

  /**
   * [B·count]: for each of `labels` [B] as many different rows of other classes as `count`, no more than there are, every
   * choice equally likely. The draws of an image are `stream.choose(others, count)`, as steps of O(count).
   */
  draw(labels: Int32Array, count: number, stream: RandomStream): Int32Array {
    const rows = new Int32Array(labels.length * count);
    const places = this.#places;
    const moved = new Int32Array(count);
    labels.forEach((label, image) => {
      const start = this.#starts[label]!;
      const size = this.sizeOf(label);
      const others = places.length - size;
      for (let place = 0; place < count; place += 1) {
        const other = place + stream.integer(others - place);
        const drawn = places[other]!;
        places[other] = places[place]!;
        moved[place] = other;
        rows[image * count + place] = this.#byClass[drawn < start ? drawn : drawn + size]!;
      }
      for (const other of moved) places[other] = other;
      for (let place = 0; place < count; place += 1) places[place] = place;
    });
    return rows;
  }
}
