/** The graph by number: shapes, edges, neighbours, states. Knows nothing of pictures. */

import { type Edge, neighbours } from "./layout/rows.js";
import { type GraphData, type GraphNode, STATES, type State, type StateUpdates } from "./types.js";

export class Model {
  readonly nodes: readonly GraphNode[];
  readonly edges: Edge[] = [];
  readonly before: number[][];
  readonly after: number[][];
  private readonly numbers = new Map<string, number>();
  private readonly state: (State | undefined)[] = [];
  private readonly chosen: (boolean | undefined)[] = [];
  private chosenCount = 0;

  constructor(data: GraphData) {
    this.nodes = data.nodes.filter((node) => {
      const fresh = !this.numbers.has(node.id);
      if (fresh) this.numbers.set(node.id, this.numbers.size);
      return fresh;
    });
    const seen = new Set<string>();
    for (const [from, to] of data.edges) {
      const upper = this.numbers.get(from);
      const lower = this.numbers.get(to);
      if (upper === undefined || lower === undefined || seen.has(`${upper} ${lower}`)) continue;
      seen.add(`${upper} ${lower}`);
      this.edges.push([upper, lower]);
    }
    const { before, after } = neighbours(this.nodes.length, this.edges);
    this.before = before;
    this.after = after;
  }

  numberOf(id: string): number | undefined {
    return this.numbers.get(id);
  }

  numbersOf(ids: readonly string[]): number[] {
    return ids.flatMap((id) => this.numbers.get(id) ?? []);
  }

  idsOf(shapes: Iterable<number>): string[] {
    return [...shapes].sort((one, other) => one - other).map((shape) => this.nodes[shape].id);
  }

  stateOf(shape: number): State | undefined {
    return this.state[shape];
  }

  /** Take the updates in; says which shapes have another state now, and whether any choice changed. */
  update(updates: StateUpdates, reset = false): { changed: number[]; choice: boolean } {
    const changed: number[] = [];
    let choice = false;
    const all = reset
      ? { ...Object.fromEntries(this.nodes.map(({ id }) => [id, null])), ...updates }
      : updates;
    for (const [id, update] of Object.entries(all)) {
      const shape = this.numbers.get(id);
      if (shape === undefined) continue;
      const one = typeof update === "string" ? { state: update } : (update ?? { state: null, chosen: null });
      if (one.state !== undefined) {
        const state = STATES.find((known) => known === one.state);
        if (state !== this.state[shape]) changed.push(shape);
        this.state[shape] = state;
      }
      if (one.chosen !== undefined && (one.chosen ?? undefined) !== this.chosen[shape]) {
        this.chosenCount += Number(one.chosen === true) - Number(this.chosen[shape] === true);
        this.chosen[shape] = one.chosen ?? undefined;
        choice = true;
      }
    }
    return { changed, choice };
  }

  /** Nodes that will not run, and data that only such nodes read and write. */
  isDimmed(shape: number): boolean {
    const own = this.chosen[shape];
    if (own !== undefined) return !own;
    if (this.nodes[shape].kind === "node") return this.chosenCount > 0;
    const users = [...this.before[shape], ...this.after[shape]];
    return users.length > 0 && users.every((user) => this.isDimmedNode(user));
  }

  private isDimmedNode(shape: number): boolean {
    return !(this.chosen[shape] ?? this.chosenCount === 0);
  }

  /** How many nodes are in each state. */
  counts(): Map<State, number> {
    const counts = new Map<State, number>();
    for (const state of this.state) if (state) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }
}
