// Makes `codemirror.js` and its licences from what the lockfile names: `npm ci && npm run build`.

import { readFile, readdir, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const { metafile } = await build({
  entryPoints: ["codemirror.entry.js"],
  outfile: process.argv[2] ?? "codemirror.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  legalComments: "none",
  banner: { js: "// CodeMirror and what it needs; see LICENSES.txt. Made by `npm run build`." },
  metafile: true,
});

const names = Object.keys(metafile.inputs).map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
const licences = [...new Set(names.filter(Boolean))].sort().map(async (name) => {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${(await readFile(`${folder}/${file}`, "utf8")).trim()}\n`;
});
await writeFile(process.argv[3] ?? "LICENSES.txt", (await Promise.all(licences)).join(`\n${"-".repeat(72)}\n\n`));
