/** What `npm run predictors` measures, and what others have published. */

/**
 * @typedef {object} Comparison
 * @property {string} space
 * @property {string} title
 * @property {string} metric column of the table
 * @property {string} words what that column is
 * @property {readonly number[]} labels
 * @property {number} seeds
 * @property {readonly string[]} options
 * @property {readonly { predictors: string, encodings: string, labels?: string, seeds?: number }[]} runs
 * @property {Readonly<Record<number, number>>} published best published tau by label count
 */

/** @type {readonly Comparison[]} */
export const COMPARISONS = [
  {
    space: "nasbench201",
    title: "NAS-Bench-201",
    metric: "c10_test",
    words: "CIFAR-10 test accuracy after 200 epochs, the mean over the benchmark's trainings; it is learnt and compared with",
    labels: [78, 156, 469, 1563],
    seeds: 10,
    options: [],
    runs: [
      { predictors: "blend", encodings: "combined" },
      {
        predictors: "gp,ridge,forest",
        encodings: "combined,structure,released,released-mean,corrected,corrected-mean,operations,path",
      },
      { predictors: "mlp,dngo", encodings: "combined,released,released-mean,operations,path" },
      { predictors: "encoder", encodings: "graph,combined", labels: "78,156" },
    ],
    published: { 156: 0.836, 1563: 0.89 },
  },
  {
    space: "nasbench101",
    title: "NAS-Bench-101",
    metric: "test_acc",
    words:
      "test accuracy after 108 epochs, the mean of three trainings; the literature learns validation accuracies, which our table does not have",
    labels: [100, 172, 424, 4236],
    seeds: 5,
    options: ["--held-out", "10000"],
    runs: [
      { predictors: "gp", encodings: "combined+subtrees" },
      { predictors: "gp,ridge,forest", encodings: "combined,released,corrected,adjacency,path", labels: "100,172,424" },
      { predictors: "blend,mlp,dngo", encodings: "combined", labels: "100,172,424" },
    ],
    published: { 100: 0.717, 172: 0.765, 424: 0.812, 4236: 0.877 },
  },
];
