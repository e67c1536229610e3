// Runtimes of other people, taken from the user's installation when one is asked for. Read first; then index.ts.
import { createRequire } from 'node:module';
import { keepingAwake } from '../../core/keep-awake.js';
import type { Executor } from '../../network/executor.js';
import { RuntimeFailedError, RuntimeMissingError } from '../errors.js';

/** An exported model in a runtime. It tells which names can be observed: those of layers that are still there, and more. */
export type ExportExecutor = Executor & Required<Pick<Executor, 'layers'>>;

/** Loads a package by name. */
export type ImportPackage = (name: string) => Promise<unknown>;

const require = createRequire(import.meta.url);

/** Finds packages as any import of this file would, beside `shuffleport`. All of them are CommonJS, or are that too. */
export const importPackage: ImportPackage = async (name) => require(name);

/** Packages that make one runtime, in the order in which they are imported. */
export type Packages = readonly string[];

/**
 * The first of `choices` of which every package is there. Throws a `RuntimeMissingError` where none is, which suggests
 * the last, and what a package throws that is there and cannot be loaded.
 */
export async function firstInstalled(
  runtime: string,
  choices: readonly Packages[],
  load: ImportPackage,
): Promise<readonly unknown[]> {
  for (const packages of choices) {
    const modules: unknown[] = [];
    for (const name of packages) {
      const module = await ifInstalled(name, load);
      if (module === undefined) break;
      modules.push(module);
    }
    if (modules.length === packages.length) return modules;
  }
  throw new RuntimeMissingError(runtime, choices);
}

/** The package, or nothing where it is not installed. One of CommonJS is what it exports. */
export async function ifInstalled(name: string, load: ImportPackage): Promise<unknown> {
  try {
    const module = (await load(name)) as { readonly default?: unknown };
    return module.default ?? module;
  } catch (error) {
    if (isAbsent(error, name)) return undefined;
    throw error;
  }
}

/** Whether it is this package that was not found, and not one that it needs. */
function isAbsent(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && message.includes(`'${name}'`);
}

/**
 * What `run` gives, awake, since it may compile. A runtime that refuses a model says so in words of its own, which become
 * a `RuntimeFailedError`.
 */
export async function told<T>(runtime: string, run: () => Promise<T>): Promise<T> {
  try {
    return await keepingAwake(run());
  } catch (error) {
    throw new RuntimeFailedError(runtime, error);
  }
}
