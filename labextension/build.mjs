// Builds the widget's bundle: `npm run build`, or `node build.mjs FILE` to put it elsewhere.

import { build } from "esbuild";

const outfile = process.argv[2] ?? new URL("../kedro_nb/notebook/static/graph.js", import.meta.url).pathname;

await build({
  absWorkingDir: new URL(".", import.meta.url).pathname,
  entryPoints: ["src/widget.ts"],
  outfile,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
});
