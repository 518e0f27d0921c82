// @vitest-environment node
import { readFile } from "node:fs/promises";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { BUNDLES, options } from "../build.mjs";

it.each(Object.keys(BUNDLES))(
  "the committed bundle is what the sources give (if not: make bundle): %s",
  async (file) => {
    const { outputFiles } = await build({ ...options(file), write: false });
    expect((await readFile(file, "utf8")) === outputFiles[0].text).toBe(true);
  },
);
