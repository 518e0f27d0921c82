/** Run, Stop, why not, and the line that does the same in a cell. */

import { html } from "../graph/dom.js";
import { button } from "./controls.js";
import type { Store } from "./store.js";

export function actions(store: Store): Element {
  const run = button("▶ Run", () => store.ask("run"), { class: "run" });
  const stop = button("■ Stop", () => store.stop(), { class: "stop" });
  const goOn = button("", () => store.ask("go_on"), { class: "go-on" });
  const state = html("span", { class: "state soft", role: "status" });
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
  store.follow(["state", "unfinished"], () => {
    const nodes = store.get("unfinished");
    goOn.hidden = nodes.length === 0 || store.get("state") !== "idle";
    goOn.textContent = `▶ Go on from ${nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(", ")}`;
    goOn.title = `What is done is kept. Run from here: ${nodes.join(", ")}`;
  });
  store.follow(["message"], () => {
    message.textContent = store.get("message");
    message.hidden = !store.get("message");
  });
  return html(
    "div",
    { class: "actions" },
    html("div", { class: "bar" }, run, stop, goOn, state),
    problem,
    message,
    line(store),
  );
}

/** The line, to copy. */
function line(store: Store): Element {
  const text = html("code", { class: "command", tabindex: "0", role: "textbox", "aria-readonly": "true" });
  text.setAttribute("aria-label", "The line for a cell that gives the same run");
  const copy = button("Copy", () => {
    void copyText(text.textContent ?? "", copy).then((done) => {
      copy.textContent = done ? "Copied" : "Not allowed";
      setTimeout(() => {
        copy.textContent = "Copy";
      }, 1500);
    });
  });
  copy.title = "Copy the line: in a cell it gives the same run";
  store.follow(["command"], () => {
    const command = store.get("command");
    text.textContent = command || "No line can say this: some value is an object";
    text.classList.toggle("soft", !command);
    copy.disabled = !command;
  });
  return html("div", { class: "bar" }, text, copy);
}

async function copyText(text: string, beside: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = html("textarea", { class: "aside" }, text); // pages that are not secure have no clipboard
    beside.after(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    beside.focus();
    return done;
  }
}
