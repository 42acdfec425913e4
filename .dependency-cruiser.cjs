/**
 * Imports point down:
 * {web, cli, index} -> workers -> surrogates -> {study, figures, search, objectives, predictors, drawing} -> {vgae, networks, datasets} -> gpu -> shaders;
 * spaces, formats, random and errors.ts are the ground. Type imports count: a layer that only knows a type still knows it.
 */
const ground = "^src/(spaces|formats|random)/|^src/(errors|version)[.]ts$";
const shaders = "^shaders/";
const gpu = "^src/gpu/";
const models = "^src/(vgae|networks|datasets)/";
const searching = "^src/(study|search|objectives|figures|drawing|predictors)/";
/** What search asks for and knows nothing of: surrogates of many searches on the GPU. */
const surrogates = "^src/surrogates/";
const workers = "^workers/";
/** The public API: index.ts and what stands beside it. */
const api = "^src/(?!errors|version)[^/]+[.]ts$";
const top = `^web/|^src/cli/|${api}`;
const outside = "^(test|bench|scripts)/";

/** What a layer must not import. */
const layer = (name, from, ...above) => ({
  name: `${name}-imports-down-only`,
  severity: "error",
  comment: `${name} must not import from a layer above it`,
  from: { path: from },
  to: { path: [...above, outside] },
});

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    layer("ground", ground, shaders, gpu, models, searching, surrogates, workers, top),
    layer("shaders", shaders, "^src/", workers, top),
    layer("gpu", gpu, models, searching, surrogates, workers, top),
    layer("models", models, searching, surrogates, workers, top),
    layer("searching", searching, surrogates, workers, top),
    layer("surrogates", surrogates, workers, top),
    layer("workers", workers, top),
    layer("web", "^web/(?!bench[.]ts$)", "^src/cli/"),
    layer("cli", "^src/cli/", "^web/"),
    layer("index", api, "^web/", "^src/cli/"),
    {
      name: "every-folder-is-in-a-layer",
      severity: "error",
      comment: "a new folder in src needs its place in this file",
      from: {},
      to: { path: "^src/[^/]+/", pathNot: `${ground}|${gpu}|${models}|${searching}|${surrogates}|^src/cli/` },
    },
    {
      name: "gpu-knows-no-architectures",
      severity: "error",
      comment: "src/gpu is a thin layer over WebGPU: spaces and file formats are not its subject",
      from: { path: gpu },
      to: { path: "^src/(spaces|formats)/" },
    },
    {
      name: "search-knows-no-gpu",
      severity: "error",
      comment: "a strategy works on numbers: nothing that search reaches may touch the GPU",
      from: { path: "^src/search/" },
      to: { path: "^src/gpu/|^shaders/|/dawn[.]ts$", reachable: true },
    },
    {
      name: "no-cycles",
      severity: "error",
      comment: "two files that need each other are one file, or lack a third",
      from: {},
      to: { circular: true },
    },
    {
      name: "node-only-in-the-command",
      severity: "error",
      comment: "everything but src/cli also runs in browsers",
      from: { path: "^(src|workers|web|shaders)/", pathNot: "^src/cli/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-development-packages-in-the-product",
      severity: "error",
      comment: "what users run may import dependencies only (types excepted)",
      from: { path: "^(src|workers|web)/" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["type-only"],
        pathNot: "/@(types|webgpu)/",
      },
    },
    {
      name: "everything-resolves",
      severity: "error",
      comment: "an import that leads nowhere",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|test-results)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["types", "import", "default"],
      mainFields: ["module", "main", "types"],
    },
  },
};
