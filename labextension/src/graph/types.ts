/** What goes into the graph and what comes out of it: plain data, as it travels from Python. */

export const KINDS = ["node", "input", "dataset", "output", "parameter"] as const;
export type Kind = (typeof KINDS)[number];

export const STATES = [
  "waiting",
  "loading",
  "running",
  "saving",
  "done",
  "skipped",
  "failed",
  "cancelled",
] as const;
export type State = (typeof STATES)[number];

export interface GraphNode {
  /** Unique among all nodes and datasets of the graph. */
  readonly id: string;
  readonly kind: Kind;
  readonly label: string;
  /** The tooltip: the full name and whatever else is worth a line. */
  readonly title?: string;
  readonly tags?: readonly string[];
  readonly namespace?: string | null;
}

export interface GraphData {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly (readonly [from: string, to: string])[];
}

export interface NodeState {
  /** `null` takes the state away. */
  readonly state?: State | null;
  /** Whether it will run. Once any is chosen, all that are not are dimmed. `null`: nothing is said. */
  readonly chosen?: boolean | null;
}

/** By id; what is not named stays as it is. A bare string is a state. */
export type StateUpdates = Readonly<Record<string, State | NodeState | null>>;

export type Action = "from" | "to" | "only";
export type Theme = "auto" | "light" | "dark";

export interface GraphEvents {
  /** The user selected something else. */
  select: { readonly ids: string[] };
  /** The user asked for a slice: from here, up to here, only this. */
  action: { readonly action: Action; readonly ids: string[] };
}

export interface GraphOptions {
  /** CSS height; the width is the host's. */
  readonly height?: string;
  readonly theme?: Theme;
  /** What a screen reader calls the graph. */
  readonly label?: string;
  /** The slices that the popup offers; none: no popup. */
  readonly actions?: readonly Action[];
}

export interface GraphView {
  /** `anew`: it is another one, and the view begins where a new one does. */
  setGraph(graph: GraphData, options?: { readonly anew?: boolean }): void;
  setStates(states: StateUpdates, options?: { readonly reset?: boolean }): void;
  /** Selects without telling the listeners. */
  select(ids: readonly string[]): void;
  readonly selection: string[];
  on<E extends keyof GraphEvents>(event: E, listener: (detail: GraphEvents[E]) => void): () => void;
  /** Show everything. */
  fit(): void;
  zoom(factor: number): void;
  /** Marks what matches, shows the first, and gives the ids; an empty text ends the search. */
  search(text: string): string[];
  /** Bring this into view. */
  show(id: string): void;
  setTheme(theme: Theme): void;
  dispose(): void;
}
