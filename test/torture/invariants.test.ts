import { expect, test } from 'vitest'
import { type InvariantReport, type TortureReport, torture } from '../../src/torture/index.ts'
import { type Flaw, openStub } from './stub-app.ts'

const runs = 400

/** The flaw that breaks each invariant. */
const flawOf: Readonly<Record<string, Flaw>> = {
  creditedOnce: 'creditsAgain',
  staysPaid: 'expiresWhatIsPaid',
  lateNotLost: 'forgetsLateMoney',
  forgeryIgnored: 'checksNoSignature',
  rightAmount: 'creditsAnyAmount',
  healedByPolling: 'pollsInVain',
  acknowledgedIsKept: 'acknowledgesTooEarly',
  doesNotFail: 'crashesOnRefund',
}

test('all invariants are put to the test by a correct app, and hold', async () => {
  const { pay, app, account } = openStub()
  const report = await torture(pay, { provider: 'qfpay', account, ...app })
  expect(report).toMatchObject({ ok: true, schedules: 1000, stopped: null, notes: [] })
  for (const { id, verdict, cases, note } of report.invariants)
    expect([id, verdict, cases > 20, note]).toEqual([id, 'held', true, null])
  expect(report.invariants.map(({ id }) => id)).toEqual(Object.keys(flawOf))
})

/** Money whose news is lost twice over is lost for two reasons. */
const alsoBroken: Readonly<Record<string, string[]>> = { healedByPolling: ['lateNotLost'] }

test.each(Object.entries(flawOf))('%s is broken by an app that %s, and nothing else is', async (id, flaw) => {
  const { pay, app, account } = openStub([flaw])
  const report = await torture(pay, { provider: 'qfpay', account, runs, ...app })
  expect(brokenOf(report).map(({ id }) => id)).toEqual([...(alsoBroken[id] ?? []), id])
})

test.each([1, 2, 3])('no step of a smallest schedule can be left out (seed %i)', async seed => {
  const { pay, app, account } = openStub(Object.values(flawOf))
  const options = { provider: 'qfpay', account, ...app }
  const report = await torture(pay, { ...options, runs, seed })
  expect(brokenOf(report).length).toBeGreaterThanOrEqual(6)
  for (const { id, smallest } of brokenOf(report)) {
    const { steps } = smallest?.schedule ?? { steps: [] }
    const shorter = steps.map((_, left) => ({ steps: steps.filter((_, i) => i !== left) }))
    for (const schedule of shorter) {
      const again = await torture(pay, { ...options, schedules: [schedule] })
      expect([
        id,
        schedule,
        brokenOf(again)
          .map(({ id }) => id)
          .includes(id),
      ]).toEqual([id, schedule, false])
    }
    const same = await torture(pay, { ...options, schedules: [{ steps }] })
    expect(brokenOf(same).map(({ id }) => id)).toContain(id)
    expect(smallest?.repeated).toBe(true)
  }
})

test('the same seed gives the same report, another seed other schedules', async () => {
  const reports: TortureReport[] = []
  for (const seed of [5, 5, 6]) {
    const { pay, app, account } = openStub(['creditsAgain', 'pollsInVain'])
    reports.push(await torture(pay, { provider: 'qfpay', account, runs, seed, ...app }))
  }
  expect(reports[1]).toEqual(reports[0])
  expect(reports[2]?.invariants).not.toEqual(reports[0]?.invariants)
})

function brokenOf({ invariants }: TortureReport): InvariantReport[] {
  return invariants.filter(({ verdict }) => verdict === 'broken')
}
