// A window that moves over a map, in numbers that are known when a kernel is written.

/** The map that a window moves over, and the map of results. Steps are in bytes. */
export interface WindowedMap {
  /** Of the input. */
  readonly height: number;
  readonly width: number;
  readonly window: readonly [height: number, width: number];
  readonly strides: readonly [vertical: number, horizontal: number];
  /** Cells of padding above and to the left. Cells beyond the end are missing too. Every window has a cell that is there. */
  readonly before: readonly [top: number, left: number];
  readonly outHeight: number;
  readonly outWidth: number;
  /** From one pixel to the next; rows follow each other without a gap. */
  readonly inStep: number;
  readonly outStep: number;
}
