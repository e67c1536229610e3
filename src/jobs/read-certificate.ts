// An earlier verification's JSON, read back: what of it is compared, every field checked, since it may come from anywhere.
// Read first: src/results/certificate.ts.
import type { Source } from '../checkpoint/source.js';
import { decodeText } from '../core/bytes.js';
import { asRecord, parseJson } from '../core/json.js';
import { formatBytes, printable } from '../core/text.js';
import type { CertifiedFacts, CertifiedLayer, HashedFile } from '../results/certificate.js';
import { NotACertificateError } from './errors.js';

/** Largest certificate: some 600 bytes a layer, so tens of thousands of layers. */
const MAX_CERTIFICATE_BYTES = 16 * 1024 * 1024;

/** How deep options and settings nest: a setting, its list or record, the values in it. */
const MAX_DEPTH = 3;

/** Reads a certificate. Throws a `NotACertificateError` for anything else, and what reading the bytes throws. */
export async function readCertificate(source: Source): Promise<CertifiedFacts> {
  const where = printable(source.name);
  if (source.size > MAX_CERTIFICATE_BYTES) throw new NotACertificateError(where, formatBytes(source.size));
  const found = asRecord(parse(await source.bytes(), where));
  if (found?.schema !== 'shuffleport/verify') throw new NotACertificateError(where, 'other JSON');
  if (found.schemaVersion !== 1) throw new NotACertificateError(where, 'another schema version');
  if (found.certificate === undefined) throw new NotACertificateError(where, 'a verification without hashes');
  try {
    return factsOf(found);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new NotACertificateError(where, `a malformed field: ${error.field}`, { cause: error });
  }
}

function parse(bytes: Uint8Array, where: string): unknown {
  try {
    return parseJson(decodeText(bytes));
  } catch (error) {
    throw new NotACertificateError(where, `no JSON (${printable(String(error))})`, { cause: error });
  }
}

/** A field is not what the schema says. */
class Malformed extends Error {
  readonly field: string;
  constructor(field: string) {
    super(`malformed: ${field}`);
    this.field = field;
  }
}

function factsOf(found: Readonly<Record<string, unknown>>): CertifiedFacts {
  const certificate = record(found.certificate, 'certificate');
  const hashes = record(certificate.hashes, 'certificate.hashes');
  return {
    verdict: oneOf(found.verdict, ['pass', 'fail', 'undecided'], 'verdict'),
    tolerance: number(found.tolerance, 'tolerance'),
    config: plain(found.config, 'config'),
    layers: list(found.layers, 'layers').map(layerOf),
    certificate: {
      version: text(certificate.version, 'certificate.version'),
      options: plain(certificate.options, 'certificate.options'),
      hashes: {
        checkpoint: list(hashes.checkpoint, 'certificate.hashes.checkpoint').map(hashOf),
        reference: list(hashes.reference, 'certificate.hashes.reference').map(hashOf),
      },
    },
  };
}

function layerOf(value: unknown): CertifiedLayer {
  const layer = record(value, 'layers');
  return {
    layer: text(layer.layer, 'layers.layer'),
    verdict: oneOf(layer.verdict, ['pass', 'fail'], 'layers.verdict'),
    maxRelError: number(layer.maxRelError, 'layers.maxRelError'),
    own: budgetOf(layer.own, 'layers.own'),
    inherited: budgetOf(layer.inherited, 'layers.inherited'),
  };
}

function budgetOf(value: unknown, field: string): { readonly budget: number } | null {
  if (value === null) return null;
  const budget = number(record(value, field).budget, `${field}.budget`);
  if (budget === null) throw new Malformed(`${field}.budget`);
  return { budget };
}

function hashOf(value: unknown): HashedFile {
  const { name, sha256 } = record(value, 'certificate.hashes');
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw new Malformed('certificate.hashes.sha256');
  return { name: text(name, 'certificate.hashes.name'), sha256 };
}

function record(value: unknown, field: string): Readonly<Record<string, unknown>> {
  const found = asRecord(value);
  if (found === undefined) throw new Malformed(field);
  return found;
}

function list(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(field);
  return value;
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new Malformed(field);
  return value;
}

function oneOf<T extends string>(value: unknown, options: readonly T[], field: string): T {
  const found = options.find((option) => option === value);
  if (found === undefined) throw new Malformed(field);
  return found;
}

/** Numbers that JSON lacks are written as text (src/report/json.ts). */
function number(value: unknown, field: string): number | null {
  if (value === null || typeof value === 'number') return value;
  return Number(oneOf(value, ['NaN', 'Infinity', '-Infinity'], field));
}

/** A record that does not nest deeper than settings do, so that writing it as text ends. */
function plain(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (!isShallow(value, MAX_DEPTH)) throw new Malformed(field);
  return record(value, field);
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}
