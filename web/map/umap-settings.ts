/** What the page says of a layout, and the worker makes it with. */

/** Rows that UMAP lays out, spread evenly over all: its time grows faster than their number. */
export const MOST_LAID_OUT = 5000;
/** The others lie between so many nearest rows that are. */
export const BETWEEN = 3;
export const NEIGHBOURS = 15;
/** As large as the spread, UMAP's unit: cells with the same operations lie so close that with less they are one dot. */
export const LEAST_DISTANCE = 1;
