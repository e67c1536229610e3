// Waiting while nothing else is under way. Knows no more of the platform than timers.

/** No timer waits longer, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * What `work` gives. Until then the event loop has something to wait for: where it has not, Node waits for the threads
 * that compile WebAssembly in a way in which now and then both wait for ever (nodejs/node#54918). Of 1500 modules that
 * compiled beside an idle loop in Node 20.20 two hung; with a timer, of 4000 none.
 */
export async function keepingAwake<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, LONGEST);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
