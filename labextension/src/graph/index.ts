import type { GraphOptions, GraphView } from "./types.js";
import { View } from "./view.js";

export type * from "./types.js";

/** Put a graph into `host`. Framework-free; its style is its own. */
export function createGraph(host: HTMLElement, options: GraphOptions = {}): GraphView {
  return new View(host, options);
}
