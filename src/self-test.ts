/** The numbers that `archscape verify --self` and the page compare a GPU with: for `fetch` in a browser, `readFile` in Node. */
export const SELF_TEST = new URL("../data/self-test.safetensors", import.meta.url);
