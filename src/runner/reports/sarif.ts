// A report as SARIF 2.1.0: each result points at the line of the contract that is no longer true.
import { createHash } from 'node:crypto'
import type { Severity } from '../../contract/index.ts'
import { type Place, showPlace } from '../exchange.ts'
import type { FindingGroup } from '../findings.ts'
import type { CheckReport } from '../report.ts'
import { verdictOf } from '../verdict.ts'
import { type FactLines, factLineOf } from './fact-lines.ts'
import { kindOf } from './kinds.ts'
import { type ReportOptions, showParty, showProvenance, showReceived, showSeen, showWhere } from './words.ts'

export interface SarifOptions extends ReportOptions {
  /** Where the facts of the contracts stand. */
  readonly lines?: FactLines
}

/** A SARIF log with one run. */
export function toSarif(report: CheckReport, { failOn, lines = {} }: SarifOptions = {}): string {
  const kinds = new Map(report.findings.map(({ kind, severity }) => [kind, severity]))
  const ruleIds = [...kinds.keys()]
  const verdict = verdictOf(report, failOn)
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'paydouble',
            version: report.version,
            semanticVersion: report.version,
            rules: [...kinds].map(([kind, severity]) => toRule(kind, severity)),
          },
        },
        automationDetails: { id: 'paydouble/check/', description: { text: report.title || 'a check' } },
        invocations: [
          {
            executionSuccessful: verdict.exitCode < 2,
            exitCode: verdict.exitCode,
            exitCodeDescription: verdict.text,
            toolExecutionNotifications: toNotifications(report),
          },
        ],
        originalUriBaseIds: {
          [sources]: { description: { text: `The sources of paydouble ${report.version}.` } },
        },
        columnKind: 'utf16CodeUnits',
        results: report.findings.map(finding => toResult(finding, ruleIds, lines)),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

const sources = 'PAYDOUBLE'

const levels: Readonly<Record<Severity, string>> = { breaking: 'error', additive: 'warning', note: 'note' }

function toRule(kind: string, severity: Severity): object {
  const { title, help } = kindOf(kind)
  return {
    id: kind,
    name: `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
    shortDescription: { text: title },
    fullDescription: { text: `${title}. ${help}` },
    help: { text: help },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: ['payment', 'contract'] },
  }
}

function toResult(finding: FindingGroup, ruleIds: readonly string[], lines: FactLines): object {
  const { kind, severity, count, accepted, provider, name, by, provenance, expected, detail, id } = finding
  const received = showReceived(finding)
  return {
    ruleId: kind,
    ruleIndex: ruleIds.indexOf(kind),
    level: levels[severity],
    message: { text: toMessage(finding, received) },
    locations: [toLocation(finding, lines)],
    relatedLocations: [{ id: 0, message: { text: 'first seen here' }, ...toPlace(finding.first.place) }],
    occurrenceCount: count,
    partialFingerprints: { 'findingId/v1': fingerprint(id) },
    ...(accepted && {
      suppressions: [
        {
          kind: 'external',
          status: 'accepted',
          justification: `${accepted.reason} (until ${accepted.expires})`,
        },
      ],
    }),
    properties: {
      id,
      operation: `${provider}.${name}`,
      toChange: by,
      ...(provenance && { whoSaysSo: showProvenance(provenance) }),
      seen: showSeen(finding),
      ...(expected !== undefined && { expected }),
      ...(received !== undefined && { received }),
      ...(detail !== undefined && { detail }),
    },
  }
}

function toMessage(finding: FindingGroup, received: string | undefined): string {
  const { provider, name, message, expected, provenance } = finding
  return [
    `${provider}.${name}, ${showWhere(finding)}: ${message}`,
    ...(expected === undefined ? [] : [`Expected: ${expected}.`]),
    ...(received === undefined ? [] : [`Received: ${received}.`]),
    ...(provenance ? [`Who says so: ${showProvenance(provenance)}.`] : []),
    `To change: ${showParty(finding)}.`,
  ].join(' ')
}

function toLocation(finding: FindingGroup, lines: FactLines): object {
  const { provider, name, part, pointer } = finding
  const at = factLineOf(finding, lines)
  const where = at
    ? {
        physicalLocation: {
          artifactLocation: { uri: at.file, uriBaseId: sources },
          region: { startLine: at.line },
        },
      }
    : toPlace(finding.first.place)
  return {
    ...where,
    logicalLocations: [
      {
        name: pointer === '' ? name : pointer.slice(pointer.lastIndexOf('/') + 1),
        fullyQualifiedName: `${provider}.${name}.${part}${pointer}`,
        kind: pointer === '' ? 'function' : 'member',
      },
    ],
  }
}

/** Where in a capture something was seen; lines are those of the file only where the capture counts in lines. */
function toPlace(place: Place): object {
  const { source, unit, number } = place
  return {
    physicalLocation: {
      artifactLocation: { uri: toUri(source), description: { text: showPlace(place) } },
      ...(unit === 'line' && number >= 1 && { region: { startLine: number } }),
    },
  }
}

function toUri(source: string): string {
  const path = source.toWellFormed().replaceAll('\\', '/')
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  return path.startsWith('/') ? `file://${encoded}` : encoded
}

function toNotifications({ unmatched, unreadable, unverified, baseline }: CheckReport): object[] {
  const say = (level: string, id: string, text: string) => ({ level, descriptor: { id }, message: { text } })
  return [
    ...unreadable.list.map(({ place, why }) => ({
      ...say('warning', 'unreadable', `${showPlace(place)}: ${why}`),
      locations: [toPlace(place)],
    })),
    ...unmatched.list.map(({ request, why, count }) =>
      say('note', 'unmatched', `${request}: ${why} (${count})`),
    ),
    ...unverified.map(({ provider, why, count }) =>
      say('note', 'unverified', `${provider}: ${why} (${count})`),
    ),
    ...(baseline?.expired ?? []).map(({ id, expires }) =>
      say('warning', 'acceptanceEnded', `The acceptance of ${id} ended on ${expires}.`),
    ),
    ...(baseline?.unused ?? []).map(({ id }) =>
      say('note', 'notFound', `${id} is accepted and was not found.`),
    ),
  ]
}

/** The same for the same finding, whatever the capture and the version of the contract. */
function fingerprint(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}
