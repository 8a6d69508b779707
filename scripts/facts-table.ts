// Writes the table of providers into the READMEs: `npm run facts`. A test fails when it is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { contracts } from '../contracts/index.ts'
import { countFacts, provenanceLevels } from '../src/contract/index.ts'

/** The files that hold the table. */
export const readmes = ['README.md', 'README.zh-CN.md'].filter(file => existsSync(file))

/** How much of each provider is documented, published, observed and assumed, as a Markdown table. */
export function factsTable(heads: readonly string[]): string {
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
export function withFactsTable(readme: string): string {
  return readme.replace(
    /(<!-- facts -->\n)(.*?)(\n<!-- \/facts -->)/s,
    (_, open: string, table: string, close: string) => {
      const heads = (table.split('\n')[0] ?? '').split('|').slice(1, -1)
      return open + factsTable(heads.map(head => head.trim())) + close
    },
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const file of readmes) writeFileSync(file, withFactsTable(readFileSync(file, 'utf8')))
}
