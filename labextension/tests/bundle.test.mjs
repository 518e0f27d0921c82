// @vitest-environment node
import { readFile } from "node:fs/promises";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { BUNDLE, OPTIONS } from "../build.mjs";

it("the committed bundle is what the sources give (if not: make bundle)", async () => {
  const { outputFiles } = await build({ ...OPTIONS, write: false });
  expect((await readFile(BUNDLE, "utf8")) === outputFiles[0].text).toBe(true);
});
