// Writes the table of providers into the READMEs: `npm run facts`. A test fails when it is stale. What captures have
// shown counts as well, if there is a file of it: `npm run facts -- FILE…`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { contracts as ours } from '../contracts/index.ts'
import { seenContracts } from '../src/cli/evidence-file.ts'
import { type Contract, countFacts, provenanceLevels } from '../src/contract/index.ts'

/** The files that hold the table. */
export const readmes = ['README.md', 'README.zh-CN.md'].filter(file => existsSync(file))

/** How much of each provider is documented, published, observed and assumed, as a Markdown table. */
export function factsTable(heads: readonly string[], contracts: readonly Contract[] = ours): string {
  const rows = contracts.map(contract => {
    const counts = countFacts(contract)
    const operations = Object.values(contract.operations).map(
      ({ methods, path }) => `\`${methods.join('/')} ${path}\``,
    )
    return [
      `\`${contract.id}\``,
      contract.title,
      operations.join('<br>'),
      ...provenanceLevels.map(level => counts[level]),
    ]
  })
  const lines = [heads, heads.map(() => '---'), ...rows]
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

/** A README with the table in it as it should be now; the heads of the table are its own. */
export function withFactsTable(readme: string, contracts: readonly Contract[] = ours): string {
  return readme.replace(
    /(<!-- facts -->\n)(.*?)(\n<!-- \/facts -->)/s,
    (_, open: string, table: string, close: string) => {
      const heads = (table.split('\n')[0] ?? '').split('|').slice(1, -1)
      return (
        open +
        factsTable(
          heads.map(head => head.trim()),
          contracts,
        ) +
        close
      )
    },
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = process.argv.slice(2)
  const seen = await seenContracts(files.length > 0 ? files : undefined)
  for (const file of readmes) writeFileSync(file, withFactsTable(readFileSync(file, 'utf8'), seen))
}
