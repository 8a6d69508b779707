#!/usr/bin/env node
// Says what is missing before anything is loaded that needs it.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(
    `paydouble: Failed to start: it needs Node 22.13 or newer, and this is ${process.versions.node}.\n`,
  )
  process.exitCode = 1
} else {
  // Whoever reads has heard enough, as `head` does.
  process.stdout.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') process.exit()
    process.stderr.write(`paydouble: Failed to write to standard output: ${error.message}.\n`)
    process.exit(1)
  })
  // Code that was compiled once is kept in the folder of the package, where nobody else can put something in its
  // place; where that cannot be written, each start compiles anew.
  process.getBuiltinModule('node:module').enableCompileCache(`${import.meta.dirname}/../../.cache`)
  const { main } = await import('./main.ts')
  process.exitCode = await main(process.argv)
}

export {}
