/**
 * Whether the map can be drawn in WebGL.
 * @param many there are so many points that a WebGL computed on the CPU would be far slower than pixels computed here
 */
export function webglWorks(many: boolean): boolean {
  const context = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: many });
  if (!context) return false;
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const name = String(context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return !(many && /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name));
}
