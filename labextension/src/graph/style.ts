/** The style sheet. It lives in a shadow root: it reaches nothing of the page, and the page's reaches nothing here. */

const PAGE = {
  light: "--bg:#fff;--fg:#1f2a37;--soft:#6b6b6b;--border:#d0d0d0;--button:#f5f5f5",
  dark: "--bg:#161616;--fg:#e6e6e6;--soft:#a6a6a6;--border:#4a4a4a;--button:#2a2a2a",
};

// JupyterLab's own colours where they are those of the theme that is shown.
const JUPYTER =
  "--bg:var(--jp-layout-color1,#fff);--fg:var(--jp-ui-font-color1,#1f2a37);--border:var(--jp-border-color1,#d0d0d0)";

export const STYLE = `
:host{display:block;contain:content}
*{box-sizing:border-box}
[hidden]{display:none!important}
.graph{${PAGE.light};--mark:#d9480f;position:relative;display:flex;flex-direction:column;
  background:var(--bg);color:var(--fg);border:1px solid var(--border);border-radius:4px;overflow:hidden;
  font:13px/1.3 var(--jp-ui-font-family,Helvetica,Arial,sans-serif);text-align:left}
.graph.dark{${PAGE.dark};--mark:#ff922b;color-scheme:dark}
.graph.jupyter{${JUPYTER}}
.toolbar{display:flex;gap:8px;justify-content:space-between;align-items:center;padding:5px;
  border-bottom:1px solid var(--border)}
.search{display:flex;gap:6px;align-items:center;min-width:0;flex:1 1 0}
.found{color:var(--soft);white-space:nowrap;font-size:12px}
.buttons{display:flex;gap:4px}
input,button{font:inherit;color:var(--fg);background:var(--button);border:1px solid var(--border);
  border-radius:3px;height:26px;padding:0 9px;margin:0}
input{min-width:0;width:220px;background:var(--bg);padding:0 6px}
button{cursor:pointer}
button:hover{border-color:var(--fg)}
input:focus-visible,button:focus-visible{outline:2px solid var(--mark);outline-offset:-1px}
.stage{position:relative;flex:1 1 0;min-height:0}
canvas,.drawing{position:absolute;inset:0;width:100%;height:100%}
.drawing{outline:none;cursor:grab;touch-action:none;overflow:hidden;user-select:none;-webkit-user-select:none}
.drawing:active{cursor:grabbing}
.drawing:focus-visible{box-shadow:inset 0 0 0 2px var(--mark)}
.overlay{position:absolute;left:0;top:0;width:0;height:0;transform-origin:0 0}
[role=option]{position:absolute;cursor:pointer}
.popup{position:absolute;left:0;top:0;max-width:min(340px,calc(100% - 8px));padding:4px;background:var(--bg);
  border:1px solid var(--mark);border-radius:5px;box-shadow:0 2px 8px #0004}
.popup .name{font-weight:600;overflow-wrap:anywhere;max-height:5.2em;overflow:auto;margin-bottom:4px}
.popup .buttons{flex-wrap:wrap}
.popup button{font-size:12px;height:24px;padding:0 7px}
.empty{position:absolute;inset:0;display:grid;place-items:center;color:var(--soft);pointer-events:none}
.spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
`;
