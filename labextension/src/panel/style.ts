/** The style sheet, in the panel's shadow root. JupyterLab's colours where there are any. */

export const STYLE = `
:host{display:block}
*{box-sizing:border-box}
[hidden]{display:none!important}
.panel{--bg:var(--jp-layout-color1,#fff);--fg:var(--jp-ui-font-color1,#1f2a37);--soft:var(--jp-ui-font-color2,#5c5c5c);
  --border:var(--jp-border-color1,#d0d0d0);--button:var(--jp-layout-color2,#f3f3f3);--go:#2b7a46;--good:#2b7a46;--bad:#c22f2f;--mark:#b45309;
  background:var(--bg);color:var(--fg);border:1px solid var(--border);border-radius:6px;
  font:13px/1.4 var(--jp-ui-font-family,Helvetica,Arial,sans-serif);text-align:left;overflow:hidden}
.panel.dark{--bg:var(--jp-layout-color1,#161616);--fg:var(--jp-ui-font-color1,#e6e6e6);--soft:var(--jp-ui-font-color2,#ababab);
  --border:var(--jp-border-color1,#4a4a4a);--button:var(--jp-layout-color2,#2a2a2a);--go:#1f7a41;--good:#63c98a;--bad:#ff8f8f;--mark:#ffa94d;
  color-scheme:dark}
.columns{display:grid;grid-template-columns:minmax(0,1fr);gap:0}
.side,.main{min-width:0;padding:8px 10px}
.wide .columns{grid-template-columns:340px minmax(0,1fr)}
.wide .side{border-right:1px solid var(--border)}
h3,h4{display:inline;font-size:13px;font-weight:600;margin:0}
p{margin:4px 0;overflow-wrap:anywhere}
.soft{color:var(--soft)}
.problem{color:var(--bad);white-space:pre-wrap}
.message{white-space:pre-wrap}
details{margin:0 0 8px}
summary{cursor:pointer;padding:3px 0;overflow-wrap:anywhere}
summary.set{font-weight:600}
.pick{margin:0 0 2px 4px}
.picks{max-height:180px;overflow:auto;padding:2px 0 4px 14px}
.picks label{display:flex;gap:6px;align-items:baseline;overflow-wrap:anywhere}
.row{display:grid;grid-template-columns:minmax(70px,34%) minmax(0,1fr) auto;gap:6px;align-items:center;margin:3px 0}
.row label{overflow-wrap:anywhere}
.row.changed label{font-weight:600;color:var(--mark)}
.flag{display:flex;gap:6px;align-items:baseline;margin:3px 0}
.bar{display:flex;flex-wrap:wrap;gap:6px;align-items:center;margin:4px 0}
.bar>.row{display:flex;margin:0}
.actions{margin:8px 0}
fieldset{border:0;border-left:2px solid var(--border);margin:4px 0;padding:0 0 0 8px;min-width:0}
legend{padding:0;color:var(--soft)}
input,select,button{font:inherit;color:var(--fg);background:var(--bg);border:1px solid var(--border);border-radius:3px;
  height:26px;padding:0 6px;margin:0;min-width:0;max-width:100%}
input[type=checkbox]{height:auto;width:auto;margin:0;justify-self:start}
input[type=search]{width:100%;margin:2px 0}
button{background:var(--button);cursor:pointer;padding:0 10px;white-space:nowrap}
button:hover:not(:disabled){border-color:var(--fg)}
button:disabled{opacity:.5;cursor:default}
:focus-visible{outline:2px solid #2f7fe0;outline-offset:1px}
.run{background:var(--go);border-color:var(--go);color:#fff;font-weight:600}
.go-on{border-color:var(--go);font-weight:600;max-width:100%;overflow:hidden;text-overflow:ellipsis}
.stop:not(:disabled){border-color:var(--bad);color:var(--bad);font-weight:600}
.command{flex:1 1 160px;min-width:0;padding:4px 6px;border:1px solid var(--border);border-radius:3px;user-select:all}
.aside{position:fixed;left:-999px}
.undo{padding:0 7px}
.link{background:none;border:0;padding:0;height:auto;color:var(--jp-content-link-color,#0b66c3);
  text-align:left;overflow-wrap:anywhere}
.dark .link{color:#7cb8ff}
.scroll{overflow:auto;max-height:300px}
.list{border-collapse:collapse;font-size:12px}
.list th,.list td{text-align:left;padding:2px 12px 2px 0;vertical-align:top;border-bottom:1px solid var(--border)}
.scroll td{white-space:nowrap}
.panel:not(.wide) .live table:has(th){min-width:560px}
.list th{color:var(--soft);font-weight:600;position:sticky;top:0;background:var(--bg)}
.list tr.shown td{font-weight:600}
.number{text-align:right;white-space:nowrap}
code{font-family:var(--jp-code-font-family,monospace);font-size:12px;overflow-wrap:anywhere}
.finished{color:var(--good)}.failed{color:var(--bad)}.cancelled,.running{color:var(--mark)}
.look{border-left:2px solid var(--border);padding:2px 0 2px 10px;margin:6px 0}
.preview,.live,.comparison{overflow:auto}
.live{max-height:520px}
.graph{height:420px;margin:0 0 10px}
.wide .graph{height:480px}
.graph>*{height:100%}
.form{max-height:440px;overflow:auto}
.refusal{grid-column:1/-1}
.read{color:var(--soft);font-size:9px}
`;
