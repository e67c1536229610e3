// What keeps the event loop of this process awake.

/** How many timers are running. */
export const runningTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
