/** Rows that UMAP lays out, spread evenly over all: its time grows faster than their number. */
export const MOST_LAID_OUT = 5000;
/** The others lie between so many nearest rows that are. */
export const BETWEEN = 3;
