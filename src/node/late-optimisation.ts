// When V8 optimises WebAssembly. It does so on other threads, which is no help to a process that is over in half a
// second: on two cores they take their time from the one that works.
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';

/** V8's own budgets (`--wasm-tiering-budget`): of Node 20, and since Node 22. */
export const USUAL_BUDGETS = [1_800_000, 13_000_000] as const;
/** Enough to open the largest of files; what runs for seconds is still optimised. */
const LATE_BUDGET = 100_000_000;

/**
 * What `load` gives. A module of WebAssembly that is compiled meanwhile is optimised late. For a process of our own only:
 * the flag is everybody's until it is set back, which other values of flags would also make V8 discard code it has cached.
 */
export async function optimisedLate<T>(load: () => Promise<T>): Promise<T> {
  const usual = presentBudget();
  if (usual !== undefined) setBudget(LATE_BUDGET);
  try {
    return await load();
  } finally {
    if (usual !== undefined) setBudget(usual);
  }
}

/** Flags cannot be read, but V8 tells whether setting one changed anything: the tag is made from all of them. */
function presentBudget(): number | undefined {
  const tag = cachedDataVersionTag();
  return USUAL_BUDGETS.find((budget) => {
    setBudget(budget);
    return cachedDataVersionTag() === tag;
  });
}

const setBudget = (budget: number): void => setFlagsFromString(`--wasm-tiering-budget=${budget}`);
