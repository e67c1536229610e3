// A verification made a certificate: the hashes of the files it read, this package's version, what was stated.
// Read first: src/results/certificate.ts.
import { parseShardIndex } from '../checkpoint/shard-index.js';
import { sniff } from '../checkpoint/sniff.js';
import { bytesSource, type Source } from '../checkpoint/source.js';
import { aligned } from '../core/bytes.js';
import { printable } from '../core/text.js';
import { readExported } from '../export/exported.js';
import type { CertifiedResult, HashedFile } from '../results/certificate.js';
import type { VerifyResult } from '../results/verify.js';

/** What the result was made from. */
export interface CertificateParts {
  readonly checkpoint: Source;
  readonly reference: Source;
  /** Of this package. */
  readonly version: string;
  /** The job's options, plain data. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The result with its certificate. Reads both files once more; throws what reading them throws. */
export async function certify(
  result: VerifyResult,
  { checkpoint, reference, version, options }: CertificateParts,
): Promise<CertifiedResult> {
  const hashes = { checkpoint: await hashesOf(checkpoint), reference: [await hashOf(reference)] };
  return { ...result, certificate: { version, options, hashes } };
}

/** The file's hash, and after an index of shards, or an exported model, each of the files that it names. */
export async function hashesOf(source: Source): Promise<HashedFile[]> {
  const exported = await readExported(source);
  if (exported !== undefined) {
    const [, ...shards] = exported.files;
    return Promise.all([hashOf(source), ...shards.map(({ name, bytes }) => hashOf(bytesSource(name, bytes)))]);
  }
  const bytes = await source.bytes();
  const hashes = [{ name: source.name, sha256: await sha256(bytes) }];
  for (const name of shardsIn(bytes, printable(source.name))) {
    const shard = await source.sibling?.(name);
    if (shard !== undefined) hashes.push({ name, sha256: await sha256(await shard.bytes()) });
  }
  return hashes;
}

function shardsIn(bytes: Uint8Array, where: string): readonly string[] {
  return sniff(bytes, where) === 'json' ? parseShardIndex(bytes, where).shards : [];
}

const hashOf = async (source: Source): Promise<HashedFile> => ({
  name: source.name,
  sha256: await sha256(await source.bytes()),
});

/** SHA-256 (FIPS 180-4) in hexadecimal digits, by the platform's WebCrypto. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // WebCrypto takes no view of shared memory.
  const view = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : aligned(bytes);
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', view));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
