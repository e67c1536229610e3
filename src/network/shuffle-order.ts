// The channel shuffle as an order of channels: what moves nothing reads by it.

/** Where each channel of a shuffled map comes from: a shuffle of the channels' numbers, as a list. */
export function shuffleOrder(channels: number, groups: number): number[] {
  const n = channels / groups;
  return Array.from({ length: channels }, (_, c) => (c % groups) * n + Math.floor(c / groups));
}
