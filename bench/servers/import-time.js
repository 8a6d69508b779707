// How long it takes to import modules, in a fresh process: `node import-time.js MODULE …`, in milliseconds as JSON.
const began = performance.now()
for (const name of process.argv.slice(2)) await import(name)
process.stdout.write(`${JSON.stringify({ ms: performance.now() - began })}\n`)
process.exit(0)
