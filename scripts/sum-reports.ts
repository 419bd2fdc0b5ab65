import { readFileSync } from 'node:fs';

/**
 * Prints 'N passed, N failed' over the reports of one run: vitest's JSON, the JSON lines of each demo and the status of each check.
 * A report that is missing or says nothing is a failure. Exit status 1 when anything failed.
 */
type Sum = { readonly passed: number; readonly failed: number };

const [vitestFile = '', ...others] = process.argv.slice(2);
const checks = others.filter((other) => /^\d+$/.test(other));
const demoFiles = others.filter((other) => !checks.includes(other));

function whole(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function read(file: string, parse: (text: string) => Sum): Sum {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    console.error(`${file}: ${String(thrown)}`);
    return { passed: 0, failed: 1 };
  }
}

type Assertion = { readonly status?: string; readonly fullName?: string; readonly failureMessages?: readonly string[] };
type TestFile = {
  readonly name?: string;
  readonly status?: string;
  readonly message?: string;
  readonly assertionResults?: readonly Assertion[];
};

/** What failed, said again at the very end: who only keeps the tail of the output must still learn which test it was. */
function nameFailures(files: readonly TestFile[]): void {
  for (const file of files.filter((one) => one.status === 'failed')) {
    console.log(`failed: ${file.name ?? 'a file'} ${(file.message ?? '').slice(0, 1000)}`);
    for (const test of (file.assertionResults ?? []).filter((one) => one.status === 'failed')) {
      console.log(`failed: ${test.fullName ?? 'a test'}\n${(test.failureMessages ?? []).join('\n').slice(0, 2000)}`);
    }
  }
}

function sumVitest(text: string): Sum {
  const report = JSON.parse(text) as Record<string, unknown>;
  nameFailures(Array.isArray(report['testResults']) ? (report['testResults'] as TestFile[]) : []);
  const passed = whole(report['numPassedTests']);
  const failed = whole(report['numFailedTests']) + whole(report['numFailedTestSuites']);
  return passed === 0 ? { passed, failed: Math.max(1, failed) } : { passed, failed };
}

function sumDemo(text: string): Sum {
  const last = text.trim().split('\n').at(-1) ?? '';
  const summary = JSON.parse(last) as Record<string, unknown>;
  if (summary['kind'] !== 'summary') throw new Error(`the last line is no summary: ${last.slice(0, 200)}`);
  const passed = whole(summary['passed']);
  const failed = whole(summary['failed']);
  return { passed, failed: summary['ok'] === true && passed > 0 ? failed : Math.max(1, failed) };
}

const sums: readonly Sum[] = [
  read(vitestFile, sumVitest),
  ...demoFiles.map((file) => read(file, sumDemo)),
  ...checks.map((status) => (status === '0' ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })),
];
const passed = sums.reduce((sum, one) => sum + one.passed, 0);
const failed = sums.reduce((sum, one) => sum + one.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
