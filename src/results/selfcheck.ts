// What a self-check of a file answers.
import type { Note } from '../core/weights.js';
import type { FileDescription, NetworkConfig } from './describe.js';

/** A file of weights held against its own statistics. */
export interface SelfCheckResult {
  readonly source: FileDescription;
  /** Never `pass`: weights alone do not show what a network answers. */
  readonly verdict: 'consistent' | 'inconsistent' | 'no evidence';
  /** `pooling` is null where nobody says; nothing here depends on it. */
  readonly config: NetworkConfig;
  readonly means: SelfCheckedMeans;
  readonly slices: SelfCheckedSlices;
  readonly shuffle: SelfCheckedShuffle;
  readonly findings: readonly SelfCheckFinding[];
  /** What holds, and what stays open, as sentences. */
  readonly shows: readonly string[];
  readonly cannotShow: readonly string[];
  readonly notes: readonly Note[];
}

/** How well the weights predict the moving means, under the reading that fits. */
export interface SelfCheckedMeans {
  readonly layers: number;
  readonly reading: 'own' | 'last' | 'reversed' | 'transposed';
  /** Root mean square of the difference, in moving deviations; null without such a place. */
  readonly rms: number | null;
  /** How far it stands out from random channel orders, in their standard deviations. */
  readonly sigma: number | null;
  readonly holds: boolean;
}

/** Which slices the groups read in training, as the weights tell. */
export interface SelfCheckedSlices {
  readonly decision: 'own' | 'last' | 'undecided';
  readonly evidence: SlicesNumbers;
}

/** The numbers behind a decision about slices; null where the network has none to decide. */
export interface SlicesNumbers {
  readonly layers: number;
  readonly channels: number;
  readonly rms: Readonly<Record<'own' | 'last' | 'reversed' | 'transposed', number>> | null;
  readonly sigma: { readonly own: number; readonly last: number } | null;
  readonly ratio: number | null;
  readonly unread: number;
  readonly words: string;
}

/** How the channels were ordered in training, as the weights tell. */
export interface SelfCheckedShuffle {
  readonly decision: 'article' | 'none' | 'inverse' | 'undecided';
  readonly evidence: {
    readonly layers: number;
    readonly channels: number;
    readonly sigma: Readonly<Record<'article' | 'none' | 'inverse', number>> | null;
    readonly size: number | null;
    readonly words: string;
  };
}

/** Something found about single layers or about how the file is used. */
export interface SelfCheckFinding {
  readonly id: string;
  readonly kind: 'fault' | 'warning' | 'remark';
  readonly layers: readonly string[];
  readonly words: string;
  readonly evidence: Readonly<Record<string, number>>;
}

/** Which slices a network is run with, and who said so. */
export interface SlicesChoice {
  readonly decision: 'own' | 'last';
  /** `default`: nobody says, the weights neither, and `own` is what the article means. */
  readonly source: 'flag' | 'metadata' | 'config' | 'weights' | 'default';
  /** What the weights say, whoever decided. */
  readonly evidence: SlicesNumbers & { readonly weights: 'own' | 'last' | 'undecided' };
}
