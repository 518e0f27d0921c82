/** The runs of the session; two that are marked are compared. */

import { html } from "../graph/dom.js";
import { focusedIn, section } from "./controls.js";
import type { PastRun, Store } from "./store.js";

const MARKS: Readonly<Record<string, string>> = { finished: "✓", failed: "✗", cancelled: "■", running: "●" };

export function historySection(store: Store): HTMLDetailsElement {
  const body = html("tbody");
  const heads = ["compare", "run", "state", "time", "line"].map((name) => html("th", { scope: "col" }, name));
  const table = html("table", { class: "list" }, html("thead", {}, html("tr", {}, ...heads)), body);
  const note = html("p", { class: "soft" });
  const comparison = html("div", { class: "comparison" });
  store.follow(["runs", "compared"], () => {
    const runs = store.get("runs");
    note.textContent = runs.length ? "Mark two runs to compare them." : "No runs yet.";
    table.hidden = !runs.length;
    const focused = focusedIn(body)?.getAttribute("value");
    body.replaceChildren(...runs.map((run) => row(store, run)));
    if (focused) body.querySelector<HTMLElement>(`input[value="${focused}"]`)?.focus();
  });
  store.follow(["comparison"], () => {
    comparison.innerHTML = store.get("comparison"); // made by us, of escaped text
  });
  return section("History", false, note, html("div", { class: "scroll" }, table), comparison);
}

function row(store: Store, run: PastRun): Element {
  const box = html("input", {
    type: "checkbox",
    value: run.number,
    "aria-label": `Compare run ${run.number}`,
  });
  box.checked = store.get("compared").includes(run.number);
  box.addEventListener("change", () => {
    const others = store.get("compared").filter((each) => each !== run.number);
    const marked = box.checked ? [...others.slice(-1), run.number] : others;
    store.set(
      "compared",
      marked.sort((one, other) => one - other),
    );
  });
  const seconds =
    run.seconds === null
      ? ""
      : run.seconds < 1
        ? `${Math.round(run.seconds * 1000)} ms`
        : `${run.seconds.toFixed(1)} s`;
  return html(
    "tr",
    {},
    html("td", {}, box),
    html("td", {}, String(run.number)),
    html("td", {}, html("span", { class: run.state }, `${MARKS[run.state] ?? "·"} ${run.state}`)),
    html("td", { class: "number" }, seconds),
    html("td", {}, html("code", {}, run.command || run.runner)),
  );
}
