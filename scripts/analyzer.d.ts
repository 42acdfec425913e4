/** The analyser has types for its plugins, but none for what its command is made of. */
declare module "@custom-elements-manifest/analyzer/index.js" {
  export const ts: typeof import("typescript");
  export function create(options: {
    readonly modules: readonly import("typescript").SourceFile[];
    readonly plugins: readonly unknown[];
    readonly context: { readonly dev: boolean; readonly thirdPartyCEMs: readonly unknown[] };
  }): { modules: never[] };
}
