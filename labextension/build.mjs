// Builds the bundle that notebooks load: `npm run build`. It is committed, so that nobody needs Node to install kedro_nb.

import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

export const BUNDLE = fileURLToPath(new URL("../kedro_nb/notebook/static/graph.js", import.meta.url));

export const OPTIONS = {
  absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
  entryPoints: ["src/widget.ts"],
  outfile: BUNDLE,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) await build(OPTIONS);
