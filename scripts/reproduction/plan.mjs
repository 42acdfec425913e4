/** What `npm run reproduce` runs, and the figures of others that stand beside ours. */

export const PROTOCOLS = ["released", "corrected"];

/**
 * The models of the paper's table 1. The others than arch2vec are trained as the released code trains.
 * @type {readonly { key: string, title: string, flags: readonly string[], protocols: readonly string[] }[]}
 */
export const MODELS = [
  { key: "arch2vec", title: "arch2vec", flags: [], protocols: PROTOCOLS },
  { key: "without-kl", title: "arch2vec without KL", flags: ["--kl-weight", "0"], protocols: ["released"] },
  { key: "vgae", title: "VGAE", flags: ["--encoder", "gcn"], protocols: ["released"] },
  { key: "gae", title: "GAE", flags: ["--encoder", "gcn", "--no-variational"], protocols: ["released"] },
];

/**
 * Published: reconstruction, validity, uniqueness in percent (paper, table 1). Measured: the paper's public code, run in PyTorch on a CPU;
 * what was measured several times is given as the mean.
 * @typedef {{ title: string, adjacency?: number, exact?: number, valid?: number, unique?: number, inSpace?: number, note?: string }} Measured
 * @typedef {object} Space
 * @property {string} name
 * @property {string} title
 * @property {string} heldOut how many cells reconstruction is judged on
 * @property {number} epochs as in the paper
 * @property {number} seeds
 * @property {readonly string[]} models keys
 * @property {readonly string[]} options of every command on this space
 * @property {readonly { prior: string, count: number, decoding: string }[]} samples drawn from a prior over the latents of seed 1
 * @property {Readonly<Record<string, readonly [number, number, number]>>} published
 * @property {readonly Measured[]} measured
 * @property {readonly string[]} remarks
 */

export const PRIORS = ["paper", "codes"];
/** @param {number} count */
const samples = (count) => PRIORS.map((prior) => ({ prior, count, decoding: "plain" }));
/** What the most probable member of the space is, given what the decoder says: no measure of the prior, so a row of its own. */
const SNAPPED = { prior: "codes", count: 10_000, decoding: "in-space" };

/** @type {readonly Space[]} */
export const SPACES = [
  {
    name: "nasbench201",
    title: "NAS-Bench-201",
    heldOut: "1,563",
    epochs: 10,
    seeds: 3,
    models: ["arch2vec", "without-kl", "vgae", "gae"],
    options: [],
    samples: [...samples(1000), ...samples(10_000), SNAPPED],
    published: {
      arch2vec: [100, 79.41, 98.72],
      "without-kl": [100, 77.09, 96.57],
      vgae: [98.32, 79.3, 88.42],
      gae: [99.52, 79.28, 78.42],
    },
    measured: [
      { title: "released code, three seeds", adjacency: 100, valid: 75.97, unique: 97.7, note: "in space 21 to 24 %" },
      { title: "its protocol corrected", adjacency: 99.98, exact: 99.87, valid: 95.6, unique: 74.7, inSpace: 91.8 },
    ],
    remarks: [
      "Uniform sampling of 15,625 cells would give at most 73.9 % distinct ones among 10,000.",
      `With the protocol \`corrected\` the epoch in which a run learns to tell the operations apart differs from seed to seed, and a late one has not
done so after ten (seed 2). This is the seed's, not the engine's: PyTorch, given the state of such a run after epoch 3, the same order, noise and dropout,
goes on with the same losses (0.4765 and 0.4524 in epochs 4 and 5, ours 0.4766 and 0.4524).`,
    ],
  },
  {
    name: "nasbench101",
    title: "NAS-Bench-101",
    heldOut: "42,363",
    epochs: 8,
    seeds: 1,
    models: ["arch2vec"],
    options: [],
    samples: [...samples(10_000), SNAPPED],
    published: {
      arch2vec: [100, 44.97, 99.69],
      "without-kl": [100, 30.31, 99.2],
      vgae: [97.45, 41.18, 99.34],
      gae: [98.75, 29.88, 99.25],
    },
    measured: [
      {
        title: "released code, two splits",
        adjacency: 99.5,
        exact: 91.8,
        valid: 34.9,
        unique: 99.65,
        note: "31.0 and 38.8 % valid",
      },
      { title: "its protocol corrected", adjacency: 98.5, valid: 46.9, unique: 99.0 },
    ],
    remarks: [
      `Operations are counted as the paper's code counts them: rows beyond a cell's last vertex have no operation and usually count as wrong, so that
97.7 % is all there is. "Exact" compares the real vertices only.`,
      `GAE, VGAE and arch2vec without KL were not trained here: a run of 95,320 steps takes the better part of an hour on a software adapter. The
command trains them (\`--encoder gcn\`, \`--no-variational\`, \`--kl-weight 0\`).`,
    ],
  },
  {
    name: "darts",
    title: "DARTS, a sample of 60,000 cells",
    heldOut: "6,000",
    epochs: 10,
    seeds: 1,
    models: ["arch2vec"],
    options: ["--cells", "60000"],
    samples: [...samples(10_000), SNAPPED],
    published: {
      arch2vec: [99.79, 33.36, 100],
      "without-kl": [99.46, 16.01, 99.51],
      vgae: [96.8, 25.25, 99.27],
      gae: [97.8, 15.25, 99.65],
    },
    measured: [],
    remarks: [
      "The paper trains on 540,000 of 600,000 cells, ten times the steps: ours has hardly begun to tell the operations apart. GAE, VGAE and arch2vec without KL were not trained here.",
    ],
  },
];

export const STRATEGIES = ["bo", "reinforce", "random"];
export const SEARCHES = [
  { metric: "c100_valid", report: "c100_test" },
  { metric: "c10_valid", report: "c10_test" },
];

/** @param {string} space @param {string} model @param {string} protocol @param {number} seed */
export const trained = (space, model, protocol, seed) =>
  [space, ...(model === "arch2vec" ? [] : [model]), protocol, seed].join("-");

/** @param {string} space @param {string} protocol @param {{ prior: string, count: number, decoding: string }} drawn */
export const sampled = (space, protocol, { prior, count, decoding }) =>
  `prior-${space}-${protocol}-${prior}-${count}${decoding === "plain" ? "" : `-${decoding}`}`;

/** @param {string} protocol @param {string} metric @param {string} strategy */
export const searched = (protocol, metric, strategy) => `search-nasbench201-${protocol}-${metric}-${strategy}`;
