// What makes a verification's JSON a certificate: of which bytes it speaks, and what a later one found to have moved.
// Read first: verify.ts.
import type { VerifiedLayer, VerifyResult } from './verify.js';

/** A file by its contents. */
export interface HashedFile {
  readonly name: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** What a verification depends on besides the files' names. */
export interface Certificate {
  /** Of this package. */
  readonly version: string;
  /** What was stated: settings and tolerance, as the job took them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly hashes: {
    /** The file of weights; with an index of shards, each of the shards after it, in the index's order. */
    readonly checkpoint: readonly HashedFile[];
    readonly reference: readonly HashedFile[];
  };
}

/** Which kind of thing moved: `version` alone does not undo a certificate. */
export type MovedKind = 'hash' | 'option' | 'setting' | 'verdict' | 'layer' | 'version';

/** Something that is not as it was. */
export interface Moved {
  readonly kind: MovedKind;
  /** What: a file's name, an option, a setting, a layer. */
  readonly what: string;
  /** Of a layer: which of its numbers. */
  readonly field?: 'verdict' | 'own error' | 'free run' | 'relative error';
  /** As text; `-` where there was, or is, none. */
  readonly before: string;
  readonly after: string;
}

/** A verification held against the certificate of an earlier one. */
export interface Against {
  /** The certificate's file. */
  readonly name: string;
  /** Whether the certificate still holds. */
  readonly holds: boolean;
  readonly moved: readonly Moved[];
}

/** A verification with what was certified about it, where that was done. */
export interface ReportedResult extends VerifyResult {
  readonly certificate?: Certificate;
  readonly against?: Against;
  /** Where a repro was asked for: the files written, or null where no layer is at fault. */
  readonly repro?: { readonly files: readonly string[] } | null;
}

/** A verification whose JSON is a certificate. */
export interface CertifiedResult extends VerifyResult {
  readonly certificate: Certificate;
}

/** What of a certificate is compared with another: read back from JSON, or just made. */
export interface CertifiedFacts extends Pick<VerifyResult, 'verdict' | 'tolerance'> {
  readonly certificate: Certificate;
  /** The network's settings. */
  readonly config: object;
  readonly layers: readonly CertifiedLayer[];
}

/** A layer in it. */
export interface CertifiedLayer extends Pick<VerifiedLayer, 'layer' | 'verdict' | 'maxRelError'> {
  readonly own: { readonly budget: number } | null;
  readonly inherited: { readonly budget: number } | null;
}
