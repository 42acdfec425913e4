/**
 * Whether the map should be drawn in WebGL: there is one, and not one computed on the CPU, which takes half a second for a frame of
 * 15,625 points and many seconds for one of 423,624, where pixels computed here (`raster.ts`) take milliseconds.
 */
export function webglWorks(): boolean {
  const context = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const name = String(context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}
