import type { GraphData, GraphNode, Kind } from "../src/graph/index.js";

/** The same numbers each time: a test that fails fails again. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

export function node(id: string, kind: Kind = "node", more: Partial<GraphNode> = {}): GraphNode {
  return { id, kind, label: id, ...more };
}

/** raw -> clean -> table -> train -> model; params:size -> train; table -> plot */
export const SMALL: GraphData = {
  nodes: [
    node("raw", "input"),
    node("clean", "node", { tags: ["prepare"], namespace: "etl" }),
    node("table", "dataset"),
    node("params:size", "parameter"),
    node("train"),
    node("model", "output"),
    node("plot"),
  ],
  edges: [
    ["raw", "clean"],
    ["clean", "table"],
    ["table", "train"],
    ["params:size", "train"],
    ["train", "model"],
    ["table", "plot"],
  ],
};

/** Nodes with a dataset each; every node reads one to three earlier datasets, at most `reach` back. */
export function large(count: number, reach: number, seed = 7): GraphData {
  const next = random(seed);
  const nodes: GraphNode[] = [];
  const edges: [string, string][] = [];
  for (let index = 0; index < count; index++) {
    nodes.push(node(`node_${index}`), node(`data_${index}`, "dataset"));
    edges.push([`node_${index}`, `data_${index}`]);
    for (let read = index ? 1 + Math.floor(next() * 3) : 0; read; read--) {
      const back = 1 + Math.floor(next() * Math.min(reach, index));
      edges.push([`data_${index - back}`, `node_${index}`]);
    }
  }
  return { nodes, edges };
}
