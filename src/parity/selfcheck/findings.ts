// What a self-check has to say about single layers.

/** How serious: a `fault` makes the file inconsistent, a `warning` asks for a look, a `remark` explains. */
export type FindingKind = 'fault' | 'warning' | 'remark';

/** Something found. */
export interface Finding {
  /** Stable identifier: `kernels-swapped`. */
  readonly id: string;
  readonly kind: FindingKind;
  /** The layers it is about, in the network's order. */
  readonly layers: readonly string[];
  /** One or two sentences, for people. */
  readonly words: string;
  /** The numbers behind it, by name. */
  readonly evidence: Readonly<Record<string, number>>;
}
