// The peer: JSON.parse of each line and of the answer in it, and a compiled Ajv validation. `node ajv-loop.js FILE`
import { createReadStream, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

const document = parse(readFileSync(new URL('../specs/qfpay.openapi.yaml', import.meta.url), 'utf8'))
const content = document.paths['/trade/v1/payment'].post.responses['200'].content['application/json']
const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema(document, 'document')
const schema = JSON.parse(JSON.stringify(content.schema).replaceAll('"#/', '"document#/'))
const validate = ajv.compile(schema)

let rest = ''
let valid = 0
let invalid = 0
for await (const chunk of createReadStream(process.argv[2], 'utf8')) {
  const lines = (rest + chunk).split('\n')
  rest = lines.pop()
  for (const line of lines) {
    if (validate(JSON.parse(JSON.parse(line).response.body))) valid++
    else invalid++
  }
}
process.stdout.write(`${valid} valid, ${invalid} invalid\n`)
