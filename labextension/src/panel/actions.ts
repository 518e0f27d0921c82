/** Run, Stop, why not, and the line that does the same in a cell. */

import { html } from "../graph/dom.js";
import { button } from "./controls.js";
import type { Store } from "./store.js";

export function actions(store: Store): Element {
  const run = button("▶ Run", () => store.ask("run"), { class: "run" });
  const stop = button("■ Stop", () => store.stop(), { class: "stop" });
  const state = html("span", { class: "soft", role: "status" });
  const problem = html("p", { class: "problem", role: "status" });
  const message = html("p", { class: "message", role: "status" });
  store.follow(["state", "problem", "blocking"], () => {
    const now = store.get("state");
    run.disabled = now !== "idle" || store.get("problem") !== "";
    run.title = store.get("problem");
    stop.disabled = now !== "running";
    const where = store.get("blocking") ? "running in a cell; other controls answer when it ends" : "running";
    state.textContent = now === "idle" ? "" : now === "running" ? where : "stopping …";
    problem.textContent = store.get("problem");
    problem.hidden = !store.get("problem");
  });
  store.follow(["message"], () => {
    message.textContent = store.get("message");
    message.hidden = !store.get("message");
  });
  return html(
    "div",
    { class: "actions" },
    html("div", { class: "bar" }, run, stop, state),
    problem,
    message,
    line(store),
  );
}

/** The line, to copy. */
function line(store: Store): Element {
  const text = html("input", {
    type: "text",
    readonly: "",
    class: "command",
    "aria-label": "The line for a cell",
  });
  text.addEventListener("focus", () => text.select());
  const copy = button("Copy", () => {
    void copyText(text).then((done) => {
      copy.textContent = done ? "Copied" : "Ctrl+C";
      setTimeout(() => {
        copy.textContent = "Copy";
      }, 1500);
    });
  });
  copy.title = "Copy the line: in a cell it gives the same run";
  store.follow(["command"], () => {
    text.value = store.get("command");
    copy.disabled = !text.value;
    text.placeholder = "no line can say this";
  });
  return html("div", { class: "bar" }, text, copy);
}

async function copyText(input: HTMLInputElement): Promise<boolean> {
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    return document.execCommand("copy"); // pages that are not secure have no clipboard
  }
}
