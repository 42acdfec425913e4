import { generator } from "../../random/generator.ts";
import { pack, packingOf, unpack } from "../../spaces/packing.ts";
import type { Graph, Membership, SearchSpace } from "../../spaces/space.ts";
import { type Decoding, decodedGraph, mostLikely } from "../decoding.ts";
import type { Trainer } from "../trainer.ts";
import type { Prior } from "./prior.ts";

/** What decoded samples are worth. Shares as fractions. */
export interface SampleQuality {
  readonly samples: number;
  readonly decoding: Decoding;
  /** Share of samples that are valid as the paper's code checks it (argmax operations, edges above one half). */
  readonly validity: number;
  /** Share of samples that are members of the space; of a space of which only a sample is listed, also unlisted ones. */
  readonly inSpaceValidity: number;
  /** Distinct module hashes among the valid samples. */
  readonly uniqueness: number;
  /** Distinct architectures among the members of the space. */
  readonly inSpaceUniqueness: number;
  /** What `inSpaceUniqueness` of as many uniform draws from the space would be, on average. */
  readonly uniformUniqueness: number;
  /** Share of the space's architectures that were drawn. */
  readonly coverage: number;
  /** Share of the listed members drawn that training never saw: a tenth where the prior prefers neither. */
  readonly heldOutShare: number;
  /** Share of the held-out architectures that were drawn. */
  readonly heldOutCoverage: number;
}

/** Distinct values among `draws` uniform draws from `size`, as a share of the draws, on average. */
export function uniformUniqueness(size: number, draws: number): number {
  return (-size * Math.expm1(draws * Math.log1p(-1 / size))) / draws;
}

export interface SampleRequest {
  readonly count: number;
  /** Feeds the stream "prior". 0..2^32-1. */
  readonly seed: number;
  /** Default `plain`. */
  readonly decoding?: Decoding;
}

export interface Samples {
  /** What each sample is, in the order of drawing. */
  readonly members: readonly Membership[];
  readonly quality: SampleQuality;
}

/** Points drawn and decoded at a time: bounds memory, not results. */
const CHUNK = 2048;

/** Draws points from a prior and decodes them. Nothing is repaired, left out or drawn again. */
export async function drawSamples(
  trainer: Pick<Trainer, "decode">,
  space: SearchSpace,
  prior: Prior,
  { count, seed, decoding = "plain" }: SampleRequest,
): Promise<Samples> {
  const random = generator(seed, "prior");
  const tally = tallyOf(space);
  for (let first = 0; first < count; first += CHUNK) {
    const drawn = Math.min(CHUNK, count - first);
    const decoded = await trainer.decode(prior.sample(drawn, random));
    for (let i = 0; i < drawn; i++) {
      const graph = decodedGraph(decoded, i, space, decoding);
      const published = decoding === "plain" ? mostLikely(decoded, i, space.nodes, space.operations.length) : graph;
      tally.add(graph, published);
    }
  }
  return tally.result(count, decoding);
}

function tallyOf(space: SearchSpace) {
  const packing = packingOf(space);
  const words = new Uint32Array(packing.words);
  const members: Membership[] = [];
  let valid = 0;
  let inSpace = 0;
  /** Valid graphs in packed form: hashing is dear, so equal graphs are hashed once. */
  const graphs = new Map<string, Graph>();
  const drawn = new Uint32Array(space.size);
  const unlisted = new Set<string>();
  return {
    add(graph: Graph, published: Graph): void {
      if (space.isValidAsPublished(published)) {
        valid++;
        pack(packing, published, words, 0);
        const key = words.join();
        if (!graphs.has(key)) graphs.set(key, unpack(packing, words, 0));
      }
      const member = space.membership(graph);
      members.push(member);
      if ("index" in member) drawn[member.index] = (drawn[member.index] as number) + 1;
      else if (member.unlisted) unlisted.add(space.hash(graph));
      if ("index" in member || member.unlisted) inSpace++;
    },
    result(samples: number, decoding: Decoding): Samples {
      const hashes = new Set([...graphs.values()].map((graph) => space.hash(graph)));
      const listed = drawn.reduce((sum, times) => sum + times, 0);
      const distinct = drawn.reduce((sum, times) => sum + Math.min(1, times), 0);
      const heldOut = drawn.subarray(space.trainSize);
      const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
      const quality = {
        samples,
        decoding,
        validity: share(valid, samples),
        inSpaceValidity: share(inSpace, samples),
        uniqueness: share(hashes.size, valid),
        inSpaceUniqueness: share(distinct + unlisted.size, inSpace),
        uniformUniqueness: uniformUniqueness(space.size, samples),
        coverage: share(distinct, space.size),
        heldOutShare: share(
          heldOut.reduce((sum, times) => sum + times, 0),
          listed,
        ),
        heldOutCoverage: share(
          heldOut.reduce((sum, times) => sum + Math.min(1, times), 0),
          heldOut.length,
        ),
      };
      return { members, quality };
    },
  };
}
