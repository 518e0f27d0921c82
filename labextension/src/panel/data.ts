/** The datasets: where each lives, how large it is, what is in it; to a variable and from one. */

import { html } from "../graph/dom.js";
import { button, fillSelect, focusedIn, labelled, section } from "./controls.js";
import type { Dataset, Store } from "./store.js";

const COLUMNS: readonly (keyof Dataset)[] = ["name", "data", "size", "type", "where"];

export function dataSection(store: Store): HTMLDetailsElement {
  const search = html("input", { type: "search", placeholder: "Search", "aria-label": "Search datasets" });
  const body = html("tbody");
  const heads = html("tr", {}, ...COLUMNS.map((name) => html("th", { scope: "col" }, name)));
  const table = html("table", { class: "list" }, html("thead", {}, heads), body);
  const draw = (): void => {
    const wanted = search.value.toLowerCase();
    const rows = store.get("datasets").filter((row) => row.name.toLowerCase().includes(wanted));
    const focused = focusedIn(body)?.textContent;
    body.replaceChildren(...rows.map((row) => tableRow(store, row)));
    for (const name of focused ? body.querySelectorAll("button") : []) {
      if (name.textContent === focused) name.focus();
    }
    search.hidden = store.get("datasets").length < 8;
  };
  search.addEventListener("input", draw);
  store.follow(["datasets", "dataset"], draw);
  const none = html("p", { class: "soft" }, "No data yet: %kedro_save NAME EXPRESSION, or %%kedro_catalog");
  store.follow(["datasets"], () => {
    none.hidden = store.get("datasets").length > 0;
    table.hidden = !none.hidden;
  });
  return section("Data", true, none, search, html("div", { class: "scroll" }, table), preview(store));
}

function tableRow(store: Store, row: Dataset): Element {
  const shown = store.get("dataset") === row.name;
  const name = button(row.name, () => store.set("dataset", shown ? "" : row.name), {
    class: "link",
    "aria-expanded": String(shown),
    title: `Look at ${row.name}`,
  });
  const cells = COLUMNS.slice(1).map((column) => html("td", {}, row[column]));
  if (row.last) {
    cells[0].textContent = "not kept";
    cells[1].append(html("span", { class: "soft" }, row.last));
  }
  return html("tr", shown ? { class: "shown" } : {}, html("td", {}, name), ...cells);
}

function preview(store: Store): Element {
  const facts = html("p", { class: "soft" });
  const content = html("div", { class: "preview" });
  const ask = button("", () => store.ask("look"));
  const name = html("h4");
  const variable = html("input", { type: "text", placeholder: "same name", size: "12" });
  const load = button("Load", () =>
    store.ask("load", { dataset: store.get("dataset"), variable: variable.value }),
  );
  const from = html("select");
  const save = button("Save", () =>
    store.ask("save", { dataset: store.get("dataset"), variable: from.value }),
  );
  const box = html(
    "div",
    { class: "look", role: "region", "aria-label": "Preview" },
    name,
    facts,
    ask,
    content,
    html(
      "div",
      { class: "bar" },
      labelled("into variable", variable, load),
      labelled("from variable", from, save),
    ),
  );
  store.follow(["variables"], () => {
    const value = from.value;
    fillSelect(from, store.get("variables"), value, "choose");
    save.disabled = !from.value;
  });
  from.addEventListener("change", () => {
    save.disabled = !from.value;
  });
  store.follow(["dataset", "datasets"], () => {
    load.disabled = store.get("datasets").find((row) => row.name === store.get("dataset"))?.data === "no";
  });
  store.follow(["dataset", "preview"], () => {
    const shown = store.get("preview");
    box.hidden = !store.get("dataset");
    name.textContent = store.get("dataset");
    facts.textContent =
      shown.error ?? [...(shown.facts ?? []), shown.advice ?? ""].filter(Boolean).join(" · ");
    ask.hidden = !shown.ask;
    ask.textContent = shown.ask ?? "";
    facts.classList.toggle("problem", shown.error !== undefined);
    content.innerHTML = shown.html ?? ""; // made by us, of escaped text
  });
  return box;
}
