/** The panel's traits in Python, as one place to read, write and follow them. */

import type { GraphData, State } from "../graph/index.js";

export type Kind = "bool" | "int" | "float" | "text" | "choice" | "data";

export interface Runner {
  readonly name: string;
  readonly title: string;
  readonly is_async: boolean;
  readonly problem?: string;
}

/** A control of a form: of a parameter, or of an argument of a runner. */
export interface Field {
  readonly key: string;
  readonly kind: Kind;
  /** Text where JavaScript has no such number, and for lists and the like; null where nothing is given. */
  readonly value: unknown;
  readonly default: unknown;
  readonly changed: boolean;
  readonly fixed: boolean;
  readonly choices?: readonly unknown[];
  /** Whether the pipeline reads it. */
  readonly read?: boolean;
}

/** A value that Python does not take, and why. */
export interface Refusal {
  readonly refused: "parameter" | "argument";
  readonly key: string;
  readonly why: string;
}

export interface Dataset {
  readonly name: string;
  readonly type: string;
  readonly where: string;
  readonly data: string;
  readonly size: string;
  /** What a run had in it that is not kept. */
  readonly last: string;
}

export interface PastRun {
  readonly number: number;
  readonly state: string;
  readonly command: string;
  readonly runner: string;
  readonly seconds: number | null;
  readonly nodes: number;
}

export interface Preview {
  readonly facts?: readonly string[];
  readonly html?: string;
  readonly error?: string;
  /** What to do to have it. */
  readonly advice?: string;
  /** It is large or far away: the name of a button that loads it. */
  readonly ask?: string;
}

export interface Traits {
  pipelines: string[];
  runners: Runner[];
  names: Record<"nodes" | "tags" | "namespaces" | "inputs" | "outputs", string[]>;
  graph: GraphData;
  fields: Field[];
  datasets: Dataset[];
  variables: string[];
  runs: PastRun[];
  pipeline: string;
  runner: string;
  arguments: Field[];
  is_async: boolean;
  only_missing_outputs: boolean;
  tags: string[];
  node_names: string[];
  from_nodes: string[];
  to_nodes: string[];
  from_inputs: string[];
  to_outputs: string[];
  namespaces: string[];
  dataset: string;
  compared: number[];
  problem: string;
  command: string;
  chosen: string[];
  state: "idle" | "running" | "stopping";
  blocking: boolean;
  unfinished: string[];
  states: Record<string, State>;
  live: string;
  preview: Preview;
  comparison: string;
  message: string;
}

/** The part of anywidget's model that is used here. */
export interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(message: unknown): void;
  on(event: string, listener: (message: unknown) => void): void;
  off(event: string, listener: (message: unknown) => void): void;
  readonly widget_manager?: { readonly kernel?: { interrupt(): Promise<void> } | null };
}

export class Store {
  private readonly ends: (() => void)[] = [];
  private ended = false;

  constructor(private readonly model: WidgetModel) {}

  get<N extends keyof Traits>(name: N): Traits[N] {
    return this.model.get(name) as Traits[N];
  }

  set<N extends keyof Traits>(name: N, value: Traits[N]): void {
    this.model.set(name, value);
    this.model.save_changes();
  }

  /** Ask Python for something. */
  ask(action: string, given: Readonly<Record<string, unknown>> = {}): void {
    this.model.send({ do: action, with: given });
  }

  /** Call something now, and whenever one of these changes. Changes that come together are one. */
  follow(names: readonly (keyof Traits)[], call: () => void): void {
    let due = false;
    const later = (): void => {
      if (due) return;
      due = true;
      queueMicrotask(() => {
        due = false;
        if (!this.ended) call();
      });
    };
    for (const name of names) {
      this.model.on(`change:${name}`, later);
      this.ends.push(() => this.model.off(`change:${name}`, later));
    }
    call();
  }

  /** Call something whenever Python does not take a value. */
  onRefusal(call: (refusal: Refusal) => void): void {
    const listener = (message: unknown): void => {
      if ((message as Partial<Refusal> | null)?.refused) call(message as Refusal);
    };
    this.model.on("msg:custom", listener);
    this.ends.push(() => this.model.off("msg:custom", listener));
  }

  /** Stop the run: a kernel that a cell keeps busy hears of nothing but an interrupt. */
  stop(): void {
    const kernel = this.model.widget_manager?.kernel;
    if (this.get("blocking") && kernel) void kernel.interrupt();
    else this.ask("stop");
  }

  dispose(): void {
    this.ended = true;
    for (const end of this.ends) end();
  }
}
