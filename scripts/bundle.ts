// Bundles the command and the entries of the package into dist/, where `tsc` has put the types: to find a file and
// read it takes longer than to parse what is in it, and the dependencies of @msw/data alone are 560.
import { type BuildOptions, build } from 'esbuild'
import packageJson from '../package.json' with { type: 'json' }

const options = {
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  logLevel: 'warning',
} as const satisfies BuildOptions

/** Heavy, and only for some. */
const loadedLate = ['fast-check', 'openapi3-ts', 'postgres', 'yaml']

/** A test file has these itself, and needs the same ones. */
const shared = ['msw', 'vitest', 'zod']

await build({
  ...options,
  entryPoints: ['src/cli/bin.ts', 'src/cli/check-worker.ts'],
  outdir: 'dist/bin',
  external: loadedLate,
})

await build({
  ...options,
  entryPoints: Object.values(packageJson.exports)
    .filter(file => file.endsWith('.js'))
    .map(file => file.replace(/^\.\/dist\/(.*)\.js$/, '$1.ts')),
  outdir: 'dist',
  outbase: '.',
  external: [...loadedLate, ...shared],
})
