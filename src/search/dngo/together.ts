/**
 * Surrogates of many searches over one space of points, fitted and asked together, where a device does so in one go. Every search has a
 * place; architectures are named by their position among the candidates.
 */
export interface SurrogatesTogether {
  /** What works them out, device included: other devices round differently and propose other architectures. */
  readonly backend: string;
  /** Searches there is room for. */
  readonly places: number;
  /** Forgets all observations; place i becomes a search with seeds[i]. At most `places` of them. */
  begin(seeds: readonly number[]): void;
  /**
   * Fits the surrogates of the searches given and returns what each should evaluate next, best first: fewer than asked where no more
   * candidates are left, none for a search without any. All searches given must have observed equally many.
   * @param signal cuts the round short: it then resolves with undefined
   */
  propose(told: readonly ToldPlace[], signal?: AbortSignal): Promise<readonly (readonly number[])[] | undefined>;
  close(): void;
}

/** What a search has observed since the last round. */
export interface ToldPlace {
  readonly place: number;
  readonly positions: readonly number[];
  /** To be maximised, one a position. */
  readonly values: readonly number[];
}
