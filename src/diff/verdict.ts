// From what became of the messages to what that means for an app. Who writes a message decides which way it counts.
import type { Effect, Verdict, Writer } from './change.ts'

/** The verdict on a change, where nothing more is known of it than its effect. */
export function verdictOf(effect: Effect, writer: Writer | undefined): Verdict {
  switch (effect) {
    case 'other':
      return 'breaking'
    case 'uncertain':
      return 'unknown'
    case 'none':
      return 'compatible'
    default:
      return (effect === 'narrower') === (writer !== 'provider') ? 'breaking' : 'compatible'
  }
}

/** Why that is the verdict. */
export function reasonOf(effect: Effect, writer: Writer | undefined): string {
  return writer === 'provider' ? readReasons[effect] : writtenReasons[effect]
}

const writtenReasons: Readonly<Record<Effect, string>> = {
  narrower: 'The provider takes less than before: what an app sends today may be refused.',
  wider: 'The provider still takes all that it took before.',
  other: 'What an app sends today may be refused.',
  uncertain: 'Whether the provider still takes all that it took before cannot be computed.',
  none: 'The messages are the same.',
}

const readReasons: Readonly<Record<Effect, string>> = {
  narrower: 'The provider sends nothing that it did not send before.',
  wider: 'The provider may send what it did not send before, and an app may not be ready for it.',
  other: 'An app may get what it cannot read.',
  uncertain: 'Whether the provider sends something that it did not send before cannot be computed.',
  none: 'The messages are the same.',
}
