import type { Field, Traits, WidgetModel } from "../src/panel/store.js";

export const HOSTILE = "<img src=x onerror=alert(1)>";

export class FakeModel implements WidgetModel {
  readonly sent: unknown[] = [];
  readonly listeners = new Map<string, Set<(message: unknown) => void>>();
  interrupts = 0;
  readonly widget_manager = { kernel: { interrupt: async () => void this.interrupts++ } };

  constructor(readonly traits: Traits) {}

  get(name: string): unknown {
    return this.traits[name as keyof Traits];
  }
  set(name: string, value: unknown): void {
    Object.assign(this.traits, { [name]: value });
    this.tell(`change:${name}`);
  }
  save_changes(): void {}
  send(message: unknown): void {
    this.sent.push(message);
  }
  on(event: string, listener: (message: unknown) => void): void {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event)!.add(listener);
  }
  off(event: string, listener: (message: unknown) => void): void {
    this.listeners.get(event)?.delete(listener);
  }
  tell(event: string, message?: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(message);
  }
}

export const given = (
  key: string,
  kind: Field["kind"],
  value: unknown,
  more: Partial<Field> = {},
): Field => ({
  key,
  kind,
  value,
  default: value,
  changed: false,
  fixed: false,
  ...more,
});

export const traits = (): Traits => ({
  pipelines: ["main", "short"],
  runners: [
    { name: "SequentialRunner", title: "One by one.", is_async: true },
    { name: "Broken", title: "", is_async: false, problem: "cannot be imported" },
  ],
  names: { nodes: ["clean", "fit"], tags: ["early"], namespaces: [], inputs: ["raw"], outputs: ["model"] },
  graph: {
    nodes: [
      { id: "data:raw", kind: "input", label: "raw" },
      { id: "node:clean", kind: "node", label: "clean" },
      { id: "node:fit", kind: "node", label: "fit" },
    ],
    edges: [
      ["data:raw", "node:clean"],
      ["node:clean", "node:fit"],
    ],
  },
  fields: [
    given("split.ratio", "float", 0.5, { read: true }),
    given("rounds", "int", 3),
    given("verbose", "bool", true),
    given("title", "text", "first"),
    given("sizes", "data", "[1, 2]"),
    given("model", "text", "<object>", { fixed: true }),
  ],
  datasets: [
    { name: "raw", type: "MemoryDataset", where: "memory", data: "yes", size: "4 items", last: "" },
    {
      name: "model",
      type: "MemoryDataset",
      where: "memory",
      data: "no",
      size: "",
      last: "int, 28 B in run 1",
    },
  ],
  variables: ["mine"],
  runs: [
    { number: 2, state: "failed", command: "%kedro_run --tags=early", runner: "", seconds: 1.25, nodes: 2 },
    { number: 1, state: "finished", command: "%kedro_run", runner: "", seconds: 0.5, nodes: 2 },
  ],
  pipeline: "",
  runner: "SequentialRunner",
  arguments: [given("depth", "int", null), given("mode", "choice", "a", { choices: ["a", "b"] })],
  is_async: false,
  only_missing_outputs: false,
  tags: [],
  node_names: [],
  from_nodes: [],
  to_nodes: [],
  from_inputs: [],
  to_outputs: [],
  namespaces: [],
  dataset: "",
  compared: [],
  problem: "",
  command: "%kedro_run",
  chosen: ["clean", "fit"],
  state: "idle",
  blocking: false,
  unfinished: [],
  states: {},
  live: "",
  preview: {},
  comparison: "",
  message: "",
});
