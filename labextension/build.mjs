// Builds the bundles that notebooks load: `npm run build`. They are committed, so that nobody needs Node to install kedro_nb.

import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const STATIC = fileURLToPath(new URL("../kedro_nb/notebook/static/", import.meta.url));

/** Each bundle by its file. */
export const BUNDLES = {
  [`${STATIC}panel.js`]: "src/panel/widget.ts",
};

export const options = (file) => ({
  absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
  entryPoints: [BUNDLES[file]],
  outfile: file,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
});

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await Promise.all(Object.keys(BUNDLES).map((file) => build(options(file))));
}
