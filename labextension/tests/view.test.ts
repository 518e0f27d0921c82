import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { painted } from "./canvas.js";
import {
  actions,
  click,
  create,
  find,
  frame,
  host,
  middle,
  option,
  press,
  root,
  selects,
  stage,
  texts,
  view,
} from "./graph-page.js";
import { large, node, SMALL } from "./graphs.js";

beforeEach(async () => {
  create();
  await frame();
});

afterEach(() => {
  view.dispose();
  host.remove();
  document.body.removeAttribute("data-jp-theme-light");
});

describe("the page around it", () => {
  it("gets no style and no element besides the host's", () => {
    expect(document.head.querySelectorAll("style, link")).toHaveLength(0);
    expect(host.children).toHaveLength(1);
  });

  it("is as it was after dispose", () => {
    view.dispose();
    expect(host.children).toHaveLength(0);
  });

  it("keeps JupyterLab's shortcuts out while the graph has the focus", () => {
    expect(host.firstElementChild!.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
  });

  it("decides between light and dark by JupyterLab's theme, and follows it", async () => {
    expect(find(".graph").classList.contains("dark")).toBe(false);
    document.body.dataset.jpThemeLight = "false";
    await vi.waitFor(() => expect(find(".graph").classList.contains("dark")).toBe(true));
    view.setTheme("light");
    expect(find(".graph").classList.contains("dark")).toBe(false);
  });
});

describe("drawing", () => {
  it("writes every name", () => {
    expect(texts().sort()).toEqual(SMALL.nodes.map(({ label }) => label).sort());
  });

  it("says of each shape its name, kind, state and neighbours", () => {
    view.setStates({ train: "running" });
    expect(option("train").getAttribute("aria-label")).toBe("train, node, running, 2 before, 1 after");
  });

  it("takes names as text, whatever they hold", async () => {
    const evil = "<img src=x onerror=alert(1)>";
    view.setGraph({ nodes: [node(evil), node('"><script>x</script>', "dataset")], edges: [] });
    view.select([evil]);
    await frame();
    expect(root().querySelector("img, script")).toBeNull();
    expect(option(evil).title).toBe(evil);
    expect(option(evil).getAttribute("aria-label")).toContain(evil);
    expect(texts()).toContain(evil);
    expect(find(".popup").getAttribute("aria-label")).toContain(evil);
  });

  it("shortens a long name and tells it whole in the tooltip", async () => {
    const long = "a_name_that_is_much_too_long_for_any_box_".repeat(4);
    view.setGraph({ nodes: [node(long)], edges: [] });
    await frame();
    expect(option(long).title).toBe(long);
    expect(String(texts()[0])).toMatch(/….*/);
  });

  it("says that there is nothing", () => {
    expect(find(".empty").hidden).toBe(true);
    view.setGraph({ nodes: [], edges: [] });
    expect(find(".empty").hidden).toBe(false);
  });

  it("has only elements of what is on the screen", async () => {
    view.setGraph(large(2000, 12));
    await frame();
    const count = () => root().querySelectorAll("[role=option]").length;
    expect(count()).toBeGreaterThan(5);
    expect(count()).toBeLessThan(1000);
    view.fit(); // from afar no name can be read
    await frame();
    expect(count()).toBe(0);
    expect(texts()).toEqual([]);
  });
});

describe("states", () => {
  it("change what is named and nothing else", async () => {
    view.setStates({ clean: "done", train: "running" });
    view.setStates({ train: "failed" });
    expect([option("clean").dataset.state, option("train").dataset.state]).toEqual(["done", "failed"]);
    expect(option("plot").dataset.state).toBe("");
  });

  it("draw a mark, not only a colour", async () => {
    const marks = () =>
      painted(find<HTMLCanvasElement>("canvas")).filter(({ args }) =>
        JSON.stringify(args).includes('["path","M-3-3l6 6m0-6l-6 6"]'),
      );
    expect(marks()).toHaveLength(0);
    view.setStates({ train: "failed" });
    await frame();
    expect(marks()).toHaveLength(1);
  });

  it("make faint what is not chosen", async () => {
    view.setStates({ train: { chosen: true } });
    await frame();
    const alphas = new Map(
      painted(find<HTMLCanvasElement>("canvas")).flatMap(({ call, args, alpha }) =>
        call === "fillText" ? [[args[0], alpha] as const] : [],
      ),
    );
    expect(alphas.get("train")).toBe(1);
    expect(alphas.get("clean")).toBeLessThan(1);
    expect(option("clean").getAttribute("aria-label")).toContain("not chosen");
  });

  it("are told to a screen reader once in a while, in sum", () => {
    vi.useFakeTimers();
    try {
      view.setStates({ clean: "running" });
      view.setStates({ clean: "done", train: "failed" });
      expect(find("[aria-live]").textContent).toBe("");
      vi.runAllTimers();
      expect(find("[aria-live]").textContent).toBe("1 done, failed: train");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("selection", () => {
  it("by a click, with Ctrl and Shift to add and take away", async () => {
    await click(middle("clean"));
    await click(middle("train"), { ctrlKey: true });
    await click(middle("plot"), { shiftKey: true });
    await click(middle("clean"), { ctrlKey: true });
    expect(selects).toEqual([["clean"], ["clean", "train"], ["clean", "train", "plot"], ["train", "plot"]]);
    expect(option("train").getAttribute("aria-selected")).toBe("true");
    expect(option("clean").getAttribute("aria-selected")).toBe("false");
  });

  it("ends with a click on the ground", async () => {
    await click(middle("clean"));
    await click({ clientX: 1, clientY: 1 });
    expect(selects).toEqual([["clean"], []]);
  });

  it("by the program tells no listener, and skips what is not there", () => {
    view.select(["train", "gone"]);
    expect(view.selection).toEqual(["train"]);
    expect(selects).toEqual([]);
  });

  it("outlives a new graph, as far as it is still there", () => {
    view.select(["train", "plot"]);
    view.setGraph({ nodes: [node("plot"), node("other")], edges: [] });
    expect(view.selection).toEqual(["plot"]);
  });

  it("is not changed by dragging, which moves the drawing", async () => {
    const before = find(".overlay").style.transform;
    const send = (type: string, clientX: number) =>
      stage().dispatchEvent(
        new PointerEvent(type, { clientX, clientY: 100, button: 0, pointerId: 1, bubbles: true }),
      );
    send("pointerdown", 100);
    send("pointermove", 160);
    send("pointerup", 160);
    await frame();
    expect(find(".overlay").style.transform).not.toBe(before);
    expect(selects).toEqual([]);
  });

  it("stops telling a listener that has gone", async () => {
    const heard: string[][] = [];
    const leave = view.on("select", ({ ids }) => heard.push(ids));
    leave();
    await click(middle("clean"));
    expect(heard).toEqual([]);
  });
});

describe("actions", () => {
  const offered = () =>
    [...root().querySelectorAll<HTMLElement>(".popup button")].map((one) => one.dataset.action);

  it("are offered at what is selected, and asked for by a click", async () => {
    expect(find(".popup").hidden).toBe(true);
    await click(middle("train"));
    expect(find(".popup").hidden).toBe(false);
    for (const action of ["from", "to", "only"]) find(`[data-action=${action}]`).click();
    expect(actions).toEqual([
      { action: "from", ids: ["train"] },
      { action: "to", ids: ["train"] },
      { action: "only", ids: ["train"] },
    ]);
  });

  it("are of all that is selected", async () => {
    view.select(["clean", "plot"]);
    await frame();
    find("[data-action=only]").click();
    expect(actions).toEqual([{ action: "only", ids: ["clean", "plot"] }]);
  });

  it("do not offer to run data", async () => {
    await click(middle("table"));
    expect(offered()).toEqual(["from", "to"]);
  });

  it("are reached by keyboard: Enter, Enter, arrows, Escape", async () => {
    stage().focus();
    await press("Enter");
    await press("Enter");
    expect(root().activeElement).toBe(find("[data-action=from]"));
    await press("ArrowRight", {}, root().activeElement!);
    expect(root().activeElement).toBe(find("[data-action=to]"));
    await press("Escape", {}, root().activeElement!);
    expect(root().activeElement).toBe(stage());
  });

  it("are left out where none are wanted", async () => {
    view.dispose();
    create(SMALL, { actions: [] });
    await frame();
    await click(middle("train"));
    expect(find(".popup").hidden).toBe(true);
  });
});

describe("the keyboard", () => {
  const active = () => root().getElementById(stage().getAttribute("aria-activedescendant")!)?.dataset.id;

  beforeEach(async () => {
    stage().focus();
    await frame();
  });

  it("begins at the first shape", () => expect(active()).toBe("raw"));

  it("has its place marked while it is in use, not after a click", async () => {
    const rings = () =>
      painted(find<HTMLCanvasElement>("canvas")).filter(({ call, args }) => {
        const [path] = args as { steps?: unknown[][] }[];
        return call === "stroke" && path?.steps?.length === 1 && path.steps[0][4] === 38; // a height of 30, 4 apart
      });
    await press("ArrowDown");
    expect(rings()).toHaveLength(1);
    await click(middle("clean"));
    expect(rings()).toHaveLength(0);
  });

  it("moves along the edges, and Enter selects", async () => {
    await press("ArrowDown");
    await press("ArrowDown");
    expect(active()).toBe("table");
    await press("ArrowUp");
    await press("Enter");
    expect(selects).toEqual([["clean"]]);
  });

  it("adds with Ctrl+Enter, and Escape clears", async () => {
    await press("Enter");
    await press("ArrowDown");
    await press("Enter", { ctrlKey: true });
    await press("Escape");
    expect(selects).toEqual([["raw"], ["raw", "clean"], []]);
  });

  it("brings what it comes to into view", async () => {
    view.setGraph(large(400, 6));
    await press("End");
    expect(active()).toBe("data_399");
  });

  it("zooms with plus and minus, and slash goes to the search", async () => {
    const before = find(".overlay").style.transform;
    await press("+");
    expect(find(".overlay").style.transform).not.toBe(before);
    await press("/");
    expect(root().activeElement).toBe(find("input"));
  });

  it("leaves the page the keys that it does not know", async () => {
    expect((await press("x")).defaultPrevented).toBe(false);
    expect((await press("ArrowDown")).defaultPrevented).toBe(true);
  });
});

describe("the search", () => {
  it("gives what it finds, says how many, and shows the first", async () => {
    view.setGraph(large(400, 6));
    expect(view.search("node_39")).toEqual([
      "node_39",
      ...Array.from({ length: 10 }, (_, index) => `node_39${index}`),
    ]);
    await frame();
    expect(find(".found").textContent).toBe("1 of 11");
    expect(option("node_39")).not.toBeNull();
  });

  it("goes on with Enter and back with Shift+Enter, and ends with Escape", async () => {
    const field = find<HTMLInputElement>("input");
    field.value = "a";
    field.dispatchEvent(new Event("input"));
    expect(find(".found").textContent).toBe("1 of 5");
    await press("Enter", {}, field);
    expect(find(".found").textContent).toBe("2 of 5");
    await press("Enter", { shiftKey: true }, field);
    await press("Enter", { shiftKey: true }, field);
    expect(find(".found").textContent).toBe("5 of 5");
    await press("Escape", {}, field);
    expect([field.value, find(".found").textContent]).toEqual(["", ""]);
  });

  it("says that nothing is there", () => {
    expect(view.search("zebra")).toEqual([]);
    expect(find(".found").textContent).toBe("no match");
  });
});

describe("the wheel", () => {
  const wheel = (more: WheelEventInit = {}) => {
    const event = new WheelEvent("wheel", { deltaY: -100, bubbles: true, cancelable: true });
    Object.assign(event, more); // happy-dom's wheel events take no modifier keys
    stage().dispatchEvent(event);
    return event;
  };

  it("scrolls the page until the graph has the focus", () => {
    expect(wheel().defaultPrevented).toBe(false);
    stage().focus();
    expect(wheel().defaultPrevented).toBe(true);
  });

  it("zooms with Ctrl in any case", async () => {
    const before = find(".overlay").style.transform;
    expect(wheel({ ctrlKey: true }).defaultPrevented).toBe(true);
    await frame();
    expect(find(".overlay").style.transform).not.toBe(before);
  });
});

describe("a graph that changes", () => {
  it("stays where the user looked", async () => {
    view.setGraph(large(300, 6));
    view.show("node_150");
    await frame();
    const before = middle("node_150");
    const grown = large(300, 6);
    view.setGraph({ nodes: [...grown.nodes, node("new")], edges: [...grown.edges, ["data_299", "new"]] });
    await frame();
    const after = middle("node_150");
    expect(Math.abs(after.clientX - before.clientX)).toBeLessThan(400);
    expect(Math.abs(after.clientY - before.clientY)).toBeLessThan(200);
  });
});
