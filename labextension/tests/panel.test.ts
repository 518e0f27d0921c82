import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Traits } from "../src/panel/store.js";
import widget from "../src/panel/widget.js";
import { FakeModel, given, HOSTILE, traits } from "./panel-model.js";

let model: FakeModel;
let el: HTMLElement;
let leave: () => void;

const settled = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const all = <E extends HTMLElement>(selector: string) => [...el.shadowRoot!.querySelectorAll<E>(selector)];
const find = <E extends HTMLElement = HTMLInputElement>(selector: string) => {
  const [found] = all<E>(selector);
  expect(found, selector).toBeTruthy();
  return found;
};
const field = (key: string) => find<HTMLInputElement>(`[data-key="${key}"]`);
const labelled = (text: string) => {
  const label = all<HTMLLabelElement>("label").find((each) => each.textContent?.includes(text))!;
  return find<HTMLInputElement>(label.htmlFor ? `#${label.htmlFor}` : "no such id");
};
const pressed = (text: string) => all("button").find((each) => each.textContent === text)!;
const picked = (group: string, name: string) =>
  find(`[role=group][aria-label="${group}"] input[value="${name}"]`);

/** As a browser does when somebody writes and leaves the field. */
function write(input: HTMLInputElement | HTMLSelectElement, value: string): void {
  input.value = value;
  input.dispatchEvent(new Event("input"));
  input.dispatchEvent(new Event("change"));
}
function check(box: HTMLInputElement, checked = true): void {
  box.checked = checked;
  box.dispatchEvent(new Event("change"));
}
async function tell(changes: Partial<Traits>): Promise<void> {
  for (const [name, value] of Object.entries(changes)) model.set(name, value);
  await settled();
}

beforeEach(async () => {
  model = new FakeModel(traits());
  el = document.createElement("div");
  document.body.append(el);
  leave = widget.render({ model, el });
  await settled();
});

afterEach(() => {
  leave();
  el.remove();
});

describe("what to run, and how", () => {
  it("chooses a pipeline, and follows the trait", async () => {
    write(labelled("Pipeline"), "short");
    expect(model.traits.pipeline).toBe("short");
    await tell({ pipelines: ["main", "later"], pipeline: "later" });
    expect(labelled("Pipeline").value).toBe("later");
  });

  it("chooses a runner, and says what it is", async () => {
    expect(el.shadowRoot!.textContent).toContain("One by one.");
    write(labelled("Runner"), "Broken");
    expect(model.traits.runner).toBe("Broken");
    await tell({ runner: "package.module.Mine" });
    expect(labelled("Runner").value).toBe("package.module.Mine");
  });

  it("gives the runner arguments, and takes them back", async () => {
    write(field("depth"), "3");
    write(field("mode"), "1");
    expect(model.sent).toEqual([
      { do: "enter_argument", with: { key: "depth", text: "3" } },
      { do: "set_argument", with: { name: "mode", value: "b" } },
    ]);
    await tell({ arguments: [given("depth", "int", 3, { default: null, changed: true })] });
    expect(field("depth").value).toBe("3");
    find('[aria-label="Reset depth"]').click();
    expect(model.sent.at(-1)).toEqual({ do: "set_argument", with: { name: "depth", value: null } });
  });

  it("sets the flags, where the runner has them", async () => {
    const flags = all<HTMLInputElement>(".flag input");
    for (const flag of flags) check(flag);
    expect([model.traits.is_async, model.traits.only_missing_outputs]).toEqual([true, true]);
    await tell({ runner: "Broken" });
    expect(find<HTMLElement>(".flag").hidden).toBe(true);
  });
});

describe("the slice", () => {
  it.each([
    ["from_nodes", "From nodes", "clean"],
    ["to_nodes", "Up to nodes", "fit"],
    ["node_names", "Only nodes", "fit"],
    ["tags", "Tags", "early"],
    ["from_inputs", "From data", "raw"],
    ["to_outputs", "Up to data", "model"],
  ] as const)("picks %s from a list, and follows the trait", async (trait, title, name) => {
    check(picked(title, name));
    expect(model.traits[trait]).toEqual([name]);
    await tell({ [trait]: [] });
    expect(picked(title, name).checked).toBe(false);
  });

  it("hides lists without names", () => {
    const list = find<HTMLElement>('[role=group][aria-label="Namespaces"]').closest("details")!;
    expect(list.hidden).toBe(true);
  });

  it("searches in long lists", async () => {
    const nodes = Array.from({ length: 300 }, (_, i) => `node_${i}`);
    await tell({ names: { ...model.traits.names, nodes } });
    const boxes = () => all('[role=group][aria-label="Only nodes"] input');
    expect(boxes()).toHaveLength(200);
    const search = find('[aria-label="Search Only nodes"]');
    search.value = "node_299";
    search.dispatchEvent(new Event("input"));
    expect(boxes()).toHaveLength(1);
  });

  it("keeps a name that was picked and is gone, to be taken back", async () => {
    await tell({ tags: ["gone"] });
    expect(picked("Tags", "gone").checked).toBe(true);
  });

  it("asks for what was clicked in the graph", async () => {
    const graph = find<HTMLElement>(".kedro-nb-graph").shadowRoot!;
    const stage = graph.querySelector<HTMLElement>("[role=listbox]")!;
    stage.focus();
    stage.dispatchEvent(new KeyboardEvent("keydown", { key: "End" }));
    stage.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    await settled();
    graph.querySelector<HTMLElement>("[data-action=to]")!.click();
    expect(model.sent).toEqual([{ do: "slice", with: { action: "to", ids: ["node:fit"] } }]);
  });

  it("tells how much will run, and goes back to all of it", async () => {
    expect(find<HTMLElement>(".side").textContent).toContain("2 of 2 nodes will run.");
    await tell({ tags: ["early"], chosen: ["clean"] });
    expect(find<HTMLElement>(".side").textContent).toContain("1 of 2 nodes will run.");
    pressed("Whole pipeline").click();
    expect(model.sent).toEqual([{ do: "slice", with: { action: "all", ids: [] } }]);
  });
});

describe("the parameters", () => {
  it("has a control for each type", () => {
    expect(["split.ratio", "rounds", "verbose", "title", "sizes"].map((key) => field(key).type)).toEqual([
      "number",
      "number",
      "checkbox",
      "text",
      "text",
    ]);
    expect(field("model").disabled).toBe(true);
    expect(find("legend").textContent).toBe("split");
  });

  it("sends what is written as text, for Python to read by the type", () => {
    write(field("split.ratio"), "1");
    write(field("sizes"), "[3]");
    check(field("verbose"), false);
    expect(model.sent).toEqual([
      { do: "enter_parameter", with: { key: "split.ratio", text: "1" } },
      { do: "enter_parameter", with: { key: "sizes", text: "[3]" } },
      { do: "set_parameter", with: { key: "verbose", value: false } },
    ]);
  });

  it("takes the Enter key for an end, once", () => {
    field("title").value = "second";
    field("title").dispatchEvent(new Event("input"));
    field("title").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    field("title").dispatchEvent(new Event("change"));
    expect(model.sent).toHaveLength(1);
  });

  it("marks what is changed, and resets one or all", async () => {
    const [ratio, ...others] = model.traits.fields;
    await tell({ fields: [{ ...ratio, value: 0.25, changed: true }, ...others] });
    expect(field("split.ratio").value).toBe("0.25");
    expect(field("split.ratio").closest(".row")!.className).toContain("changed");
    find('[aria-label="Reset split.ratio"]').click();
    pressed("Reset all").click();
    expect(model.sent).toEqual([
      { do: "reset", with: { key: "split.ratio" } },
      { do: "reset", with: {} },
    ]);
  });

  it("leaves alone what is being written while another field changes", async () => {
    const title = field("title");
    title.value = "half wri";
    title.dispatchEvent(new Event("input"));
    const [ratio, ...others] = model.traits.fields;
    await tell({ fields: [{ ...ratio, value: 0.25, changed: true }, ...others] });
    expect(field("title")).toBe(title);
    expect(title.value).toBe("half wri");
  });

  it("shows what is valid again where Python refuses, and says why", () => {
    write(field("rounds"), "1.5");
    model.tell("msg:custom", { refused: "parameter", key: "rounds", why: "takes a whole number" });
    expect(field("rounds").value).toBe("3");
    expect(field("rounds").getAttribute("aria-invalid")).toBe("true");
    const said = find<HTMLElement>(`#${field("rounds").getAttribute("aria-describedby")}`);
    expect([said.textContent, said.hidden]).toEqual(["takes a whole number", false]);
    field("rounds").dispatchEvent(new Event("input"));
    expect(said.hidden).toBe(true);
  });

  it("shows numbers that JavaScript does not have as text", async () => {
    await tell({ fields: [given("limit", "float", ".inf")] });
    expect([field("limit").type, field("limit").value]).toEqual(["text", ".inf"]);
  });
});

describe("the run", () => {
  it("goes on where one has ended before its time", async () => {
    const goOn = find<HTMLButtonElement>(".go-on");
    expect(goOn.hidden).toBe(true);
    await tell({ unfinished: ["fit"] });
    expect(goOn.hidden).toBe(false);
    expect(goOn.textContent).toBe("▶ Go on from fit");
    goOn.click();
    expect(model.sent).toEqual([{ do: "go_on", with: {} }]);
    await tell({ state: "running" });
    expect(goOn.hidden).toBe(true);
    await tell({ state: "idle", unfinished: ["a", "b", "c"] });
    expect(goOn.textContent).toBe("▶ Go on from 3 nodes");
  });

  it("runs, unless something is in the way", async () => {
    find(".run").click();
    expect(model.sent).toEqual([{ do: "run", with: {} }]);
    await tell({ problem: "no such node" });
    expect([find<HTMLButtonElement>(".run").disabled, find(".actions .problem").textContent]).toEqual([
      true,
      "no such node",
    ]);
  });

  it("stops: by a message, or by an interrupt where a cell keeps the kernel busy", async () => {
    expect(find<HTMLButtonElement>(".stop").disabled).toBe(true);
    await tell({ state: "running" });
    find(".stop").click();
    expect([model.sent, model.interrupts]).toEqual([[{ do: "stop", with: {} }], 0]);
    await tell({ blocking: true });
    find(".stop").click();
    expect([model.sent.length, model.interrupts]).toEqual([1, 1]);
    await tell({ state: "stopping" });
    expect(find<HTMLButtonElement>(".stop").disabled).toBe(true);
  });

  it("shows the live view and the states", async () => {
    await tell({ live: "<b>1 of 2</b>", states: { "node:clean": "done" } });
    expect(find(".live").innerHTML).toBe("<b>1 of 2</b>");
    const graph = find<HTMLElement>(".kedro-nb-graph").shadowRoot!;
    expect(graph.querySelector<HTMLElement>('[data-id="node:clean"]')!.dataset.state).toBe("done");
  });

  it("keeps folded open what the user has opened", async () => {
    await tell({ live: "<details><summary>prints</summary>1</details>" });
    find<HTMLDetailsElement>(".live details").open = true;
    await tell({ live: "<details><summary>prints</summary>2</details>" });
    expect(find<HTMLDetailsElement>(".live details").open).toBe(true);
  });

  it("tells messages, and has the line to copy", async () => {
    await tell({ message: "saved", command: "%kedro_run --tags=a" });
    expect([find(".message").textContent, find(".command").textContent]).toEqual([
      "saved",
      "%kedro_run --tags=a",
    ]);
    await tell({ command: "" });
    expect((pressed("Copy") as HTMLButtonElement).disabled).toBe(true);
  });
});

describe("the data and the history", () => {
  it("looks at a dataset, and away", async () => {
    all(".link")[0].click();
    expect(model.traits.dataset).toBe("raw");
    await tell({ preview: { facts: ["list", "4 items"], html: "<pre>[1]</pre>" } });
    expect(find<HTMLElement>(".look").textContent).toContain("list · 4 items");
    all(".link")[0].click();
    expect(model.traits.dataset).toBe("");
  });

  it("tells of data that is not kept what it was", () => {
    const rows = all("tr").map((row) => row.textContent);
    expect(rows.some((row) => row?.includes("not kept") && row.includes("int, 28 B in run 1"))).toBe(true);
  });

  it("loads what is large only when asked", async () => {
    await tell({ dataset: "raw", preview: { facts: ["2 GB"], html: "", ask: "Look at it" } });
    pressed("Look at it").click();
    expect(model.sent).toEqual([{ do: "look", with: {} }]);
  });

  it("loads into a variable and saves from one", async () => {
    await tell({ dataset: "raw" });
    labelled("into variable").value = "df";
    pressed("Load").click();
    const variable = labelled("from variable");
    variable.value = "mine";
    variable.dispatchEvent(new Event("change"));
    pressed("Save").click();
    expect(model.sent).toEqual([
      { do: "load", with: { dataset: "raw", variable: "df" } },
      { do: "save", with: { dataset: "raw", variable: "mine" } },
    ]);
  });

  it("offers to load only what is there", async () => {
    const load = pressed("Load") as HTMLButtonElement;
    await tell({ dataset: "raw" });
    expect(load.disabled).toBe(false);
    await tell({ dataset: "model" });
    expect(load.disabled).toBe(true);
    await tell({ datasets: model.traits.datasets.map((row) => ({ ...row, data: "yes", last: "" })) });
    expect(load.disabled).toBe(false);
  });

  it("compares the two runs that are marked, the earlier one first", async () => {
    for (const number of [2, 1]) check(find(`[aria-label="Compare run ${number}"]`));
    expect(model.traits.compared).toEqual([1, 2]);
    await tell({ comparison: "<b>differs</b>" });
    expect(find(".comparison").innerHTML).toBe("<b>differs</b>");
  });
});

describe("the panel", () => {
  it("takes names for text", async () => {
    await tell({
      pipelines: [HOSTILE],
      names: {
        nodes: [HOSTILE],
        tags: [HOSTILE],
        namespaces: [HOSTILE],
        inputs: [HOSTILE],
        outputs: [HOSTILE],
      },
      fields: [given(HOSTILE, "text", HOSTILE), given(`${HOSTILE}.a`, "text", HOSTILE)],
      datasets: [{ name: HOSTILE, type: HOSTILE, where: HOSTILE, data: "no", size: "", last: HOSTILE }],
      variables: [HOSTILE],
      runs: [{ number: 1, state: HOSTILE, command: HOSTILE, runner: "", seconds: null, nodes: 1 }],
      dataset: HOSTILE,
      preview: { facts: [HOSTILE], error: HOSTILE, html: "", advice: HOSTILE },
      problem: HOSTILE,
      message: HOSTILE,
      command: HOSTILE,
    });
    model.tell("msg:custom", { refused: "parameter", key: HOSTILE, why: HOSTILE });
    expect(all("img")).toHaveLength(0);
  });

  it("names every control", () => {
    const controls = all<HTMLInputElement>("input, select");
    const nameless = controls.filter((each) => !each.getAttribute("aria-label") && !each.labels?.length);
    expect(nameless.filter((each) => !each.closest("label")).map((each) => each.outerHTML)).toEqual([]);
  });

  it("keeps the front end's shortcuts out, and says that it lives", () => {
    expect(el.dataset.lmSuppressShortcuts).toBe("true");
    expect(el.className).toContain("kedro-nb-panel");
  });

  it("lets go of the model at the end", () => {
    leave();
    expect([...model.listeners.values()].every((listeners) => listeners.size === 0)).toBe(true);
    expect(el.shadowRoot!.childElementCount).toBe(0);
    expect(el.className).not.toContain("kedro-nb-panel");
  });
});
