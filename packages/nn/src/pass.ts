/** What the modules of a network must know of a forward pass. */
export interface Pass {
  /** true: batch statistics, and running statistics are updated. */
  readonly training: boolean;
  /** Rows of each norm group, in order. */
  readonly groupRows: readonly number[];
}
