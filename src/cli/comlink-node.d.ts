/** The package's own declarations of its adapter for Node's ports, which stand beside the file under another ending. */
declare module "comlink/dist/esm/node-adapter.mjs" {
  export { default } from "comlink/dist/esm/node-adapter";
}
