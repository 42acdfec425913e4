/**
 * What the paper says of these figures: Yan, Zheng, Ao, Zeng, Zhang, "Does Unsupervised Architecture Representation Learning Help Neural
 * Architecture Search?", NeurIPS 2020 (arXiv 2006.06936), section 4.1, on NAS-Bench-101. `supervised`: of an encoder trained jointly on labels.
 */
export const PAPER = { short: "Yan et al. 2020", link: "https://arxiv.org/abs/2006.06936" } as const;

/** Mean and standard deviation over 10 seeds, on architectures with a test accuracy above 0.8. */
export const PUBLISHED_PREDICTION = {
  rmse: { arch2vec: [0.018, 0.001], supervised: [0.038, 0.025] },
  pearson: { arch2vec: [0.67, 0.02], supervised: [0.53, 0.09] },
} as const;

/** Mean edit distance between neighbours of a walk. Which of its code's two edit distances the paper means it does not say. */
export const PUBLISHED_WALK = { arch2vec: 2.9, supervised: 8.9 } as const;
