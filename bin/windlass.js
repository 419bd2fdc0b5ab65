#!/usr/bin/env node
// Runs on any Node since 14, so that an old one gets a sentence instead of a syntax error: no newer syntax and no node: imports here.
import { existsSync } from 'fs';

const needed = [22, 19];
const found = process.versions.node.split('.').map(Number);
const isRecent = found[0] > needed[0] || (found[0] === needed[0] && found[1] >= needed[1]);

if (isRecent) {
  const entry = ['../dist/cli.js', '../src/cli.ts'].map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (entry === undefined) {
    process.stderr.write('windlass: neither dist/cli.js nor src/cli.ts is there; run npm ci && npm run build in a checkout.\n');
    process.exitCode = 1;
  } else {
    import(entry.href);
  }
} else {
  process.stderr.write(
    `windlass: this is Node ${process.versions.node}, and Node ${needed.join('.')} or newer is needed; ` +
      'in a checkout, npm ci brings Node 24, and npx windlass and every npm run use it (npx windlass --help, npm run demo).\n',
  );
  process.exitCode = 1;
}
