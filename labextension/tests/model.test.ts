import { describe, expect, it } from "vitest";
import { summary } from "../src/graph/announcer.js";
import type { StateUpdates } from "../src/graph/index.js";
import { Model } from "../src/graph/model.js";
import { Search } from "../src/graph/search.js";
import { walk } from "../src/graph/walk.js";
import { node, SMALL } from "./graphs.js";

function dimmed(model: Model): string[] {
  return model.nodes.filter((_, shape) => model.isDimmed(shape)).map(({ id }) => id);
}

describe("Model", () => {
  it("takes each edge and each id once, and no edges to nowhere", () => {
    const model = new Model({
      nodes: [node("a"), node("b"), node("a", "dataset")],
      edges: [
        ["a", "b"],
        ["a", "b"],
        ["a", "gone"],
      ],
    });
    expect(model.nodes).toHaveLength(2);
    expect(model.edges).toEqual([[0, 1]]);
  });

  it("changes the states that are named and no others", () => {
    const model = new Model(SMALL);
    model.update({ clean: "done", train: { state: "running" } });
    const { changed } = model.update({ train: "done", nobody: "failed", clean: { chosen: true } });
    expect(model.idsOf(changed)).toEqual(["train"]);
    expect(model.stateOf(model.numberOf("clean")!)).toBe("done");
  });

  it("takes a state away with null, and all others with reset", () => {
    const model = new Model(SMALL);
    model.update({ clean: "done", train: "running" });
    model.update({ clean: null });
    expect(model.stateOf(model.numberOf("clean")!)).toBeUndefined();
    model.update({ plot: "waiting" }, true);
    expect([...model.counts()]).toEqual([["waiting", 1]]);
  });

  it("ignores a state that it does not know", () => {
    const model = new Model(SMALL);
    model.update({ clean: "exploded" } as unknown as StateUpdates);
    expect(model.counts().size).toBe(0);
  });

  it("dims what is not chosen, and the data that only such nodes use", () => {
    const model = new Model(SMALL);
    expect(dimmed(model)).toEqual([]);
    model.update({ train: { chosen: true } });
    expect(dimmed(model)).toEqual(["raw", "clean", "plot"]);
    model.update({ train: { chosen: null } });
    expect(dimmed(model)).toEqual([]);
  });

  it("dims everything where nothing is chosen", () => {
    const model = new Model(SMALL);
    model.update({ clean: { chosen: false }, train: { chosen: false }, plot: { chosen: false } });
    expect(dimmed(model)).toHaveLength(SMALL.nodes.length);
  });
});

describe("Search", () => {
  const found = (text: string) => new Search(SMALL.nodes, text).hits.map((shape) => SMALL.nodes[shape].id);

  it("finds by label, in any case", () => expect(found("TRA")).toEqual(["train"]));
  it("finds by tag and by namespace", () => {
    expect(found("prepare")).toEqual(["clean"]);
    expect(found("etl")).toEqual(["clean"]);
  });
  it("wants every word", () => {
    expect(found("etl cle")).toEqual(["clean"]);
    expect(found("etl train")).toEqual([]);
  });
  it("takes the text as it is: no pattern", () => expect(found(".*")).toEqual([]));
  it("finds nothing for nothing", () => expect(found("  ")).toEqual([]));

  it("steps through the hits, round and round", () => {
    const search = new Search(SMALL.nodes, "l");
    expect(search.hits).toHaveLength(4);
    expect(search.position).toBe("1 of 4");
    expect(search.step(-1)).toBe(search.hits[3]);
    expect(search.step(1)).toBe(search.hits[0]);
  });
});

describe("walk", () => {
  const model = new Model(SMALL);
  const at = (id: string) => model.numberOf(id)!;
  //        raw
  //       clean
  //       table      params:size
  //   plot     train
  //            model
  const centres = [
    { x: 50, y: 0 },
    { x: 50, y: 50 },
    { x: 50, y: 100 },
    { x: 150, y: 100 },
    { x: 90, y: 150 },
    { x: 90, y: 200 },
    { x: 0, y: 150 },
  ];

  it("follows the edges up and down, to the nearest", () => {
    expect(walk(model, centres, at("raw"), "down")).toBe(at("clean"));
    expect(walk(model, centres, at("table"), "down")).toBe(at("train"));
    expect(walk(model, centres, at("train"), "up")).toBe(at("table"));
  });

  it("goes sideways in the row", () => {
    expect(walk(model, centres, at("plot"), "right")).toBe(at("train"));
    expect(walk(model, centres, at("params:size"), "left")).toBe(at("table"));
  });

  it("stays where there is no way on", () => {
    expect(walk(model, centres, at("raw"), "up")).toBe(at("raw"));
    expect(walk(model, centres, at("plot"), "left")).toBe(at("plot"));
  });

  it("jumps to the ends", () => {
    expect(walk(model, centres, at("train"), "first")).toBe(at("raw"));
    expect(walk(model, centres, at("train"), "last")).toBe(at("plot"));
  });
});

describe("summary", () => {
  it("counts, and names what failed", () => {
    const model = new Model(SMALL);
    expect(summary(model)).toBe("");
    model.update({ clean: "done", train: "failed", plot: "saving" });
    expect(summary(model)).toBe("1 done, 1 running, failed: train");
  });
});
