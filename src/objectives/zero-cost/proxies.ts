/**
 * Zero-cost proxies: what an untrained network tells of the accuracy it would reach, from one batch of images. Higher is better.
 */
export const PROXIES = ["naswot", "synflow", "gradient-norm", "jacobian-covariance"] as const;
export type ProxyName = (typeof PROXIES)[number];

export interface ProxyFacts {
  readonly title: string;
  readonly source: string;
}

export const PROXY_FACTS: Readonly<Record<ProxyName, ProxyFacts>> = {
  naswot: {
    title: "NASWOT: how differently the ReLUs see the images of a batch",
    source: 'Mellor et al., "Neural Architecture Search without Training", ICML 2021, equation 2',
  },
  synflow: {
    title: "synflow: how much of a signal of ones all weights pass on (logarithm)",
    source:
      'Tanaka et al., NeurIPS 2020, equation 6, summed over weights as in Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021',
  },
  "gradient-norm": {
    title: "gradient norm: of the loss of a batch, summed over the weight tensors",
    source: 'Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021, section 3.1',
  },
  "jacobian-covariance": {
    title: "Jacobian covariance: how little the gradients at the images of a batch are alike",
    source: "Mellor et al., first version of arXiv:2006.04647, equation 4",
  },
};
