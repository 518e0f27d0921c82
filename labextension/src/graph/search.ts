/** Find shapes by text: every word must be in the label, the id, a tag or the namespace. */

import type { GraphNode } from "./types.js";

export class Search {
  readonly hits: number[];
  private at = 0;

  constructor(nodes: readonly GraphNode[], text: string) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.hits = words.length
      ? nodes.flatMap((node, shape) => {
          const about = [node.label, node.id, node.namespace ?? "", ...(node.tags ?? [])]
            .join("\n")
            .toLowerCase();
          return words.every((word) => about.includes(word)) ? [shape] : [];
        })
      : [];
  }

  get current(): number | undefined {
    return this.hits[this.at];
  }

  /** Go on to the next hit (or back with -1), round and round. */
  step(by: number): number | undefined {
    const count = this.hits.length;
    if (count) this.at = (this.at + by + count) % count;
    return this.current;
  }

  /** "2 of 14" */
  get position(): string {
    return this.hits.length ? `${this.at + 1} of ${this.hits.length}` : "no match";
  }
}
