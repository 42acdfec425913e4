/** A network sees at most so many rows in training: what more labels need less of. */
const MOST_ROWS = 50_000;
const FEWEST_EPOCHS = 10;

/** Epochs over so many labels: `epochs` where there are few. */
export const epochsFor = (epochs: number, labels: number): number =>
  Math.max(Math.min(FEWEST_EPOCHS, epochs), Math.min(epochs, Math.round(MOST_ROWS / labels)));
