/** Checks that what was done with rights is in the audit logs: all of it, once, and nothing else. */
import * as Effect from "effect/Effect"
import type { Act, ChannelRecord } from "../../src/channels/ChannelRecord.ts"
import type { ChannelStore } from "../../src/channels/ChannelStore.ts"
import type { Channel, Channels } from "./Channels.ts"

/** What somebody asked for, as the audit log will have it. */
export interface AskedAct {
  readonly by: string
  /** The program that asked. */
  readonly program: string
  /** The channel's name then. */
  readonly name: string
  readonly action: string
  readonly whom?: string | undefined
  /** What no other act says, where it says anything. */
  readonly detail?: string | undefined
  /** Whether a channel is so already that nothing has to be done. */
  readonly isSo?: ((record: ChannelRecord) => boolean) | undefined
  readonly at: number
  /** Connections that the program had had by then: what is lost with one is asked for again over the next. */
  readonly connections: number
}

/** One line of an audit log as it is sent to clients. */
interface LogLine {
  readonly number: number
  readonly by: string
  readonly action: string
  readonly username?: string | undefined
  readonly detail?: string | undefined
}

/** A page of the log. */
const pageSize = 500

export class AuditTrail {
  private readonly channels: Channels
  private readonly fail: (promise: string, detail: string) => void
  /** Everything that was asked for, by what the log will say of it. */
  private readonly asked = new Map<string, number>()
  /** Their own time is what the clock of the service said. */
  private readonly storedAt = new WeakMap<Act, number>()

  constructor(channels: Channels, fail: (promise: string, detail: string) => void) {
    this.channels = channels
    this.fail = fail
  }

  ask(asked: AskedAct): void {
    const key = keyOf(asked.by, asked.action, asked.whom)
    this.asked.set(key, (this.asked.get(key) ?? 0) + 1)
  }

  /** An act has been stored, now. */
  stored(channel: Channel, act: Act, now: number): void {
    this.storedAt.set(act, now)
    // Who enters a channel that is not there makes it.
    if (act.action === "create" || this.asked.has(keyOf(act.by.name, act.action, act.whom?.name))) return
    this.fail("nothing is invented", `${act.by.name} never asked for "${act.action}" in ${channel.name}`)
  }

  /** Somebody was told that it is done. `connections` are those that its program has had by now. */
  acknowledged(asked: AskedAct, connections: number): void {
    const { action, detail, name } = asked
    const found = [...this.channels.everCalled(name)].flatMap(({ acts }) =>
      acts.filter((act) => (this.storedAt.get(act) ?? 0) >= asked.at && isIt(act, asked)),
    )
    const what = `"${action}" in ${name} by ${asked.program}`
    if (found.length === 0 && this.wasSo(asked)) return
    if (found.length === 0) this.fail("the audit log has every act", `${what} is done, and not in the audit log`)
    const most = 1 + connections - asked.connections
    const times = found.length - found.filter((act) => this.isDoneAnew(act, asked)).length
    if (detail !== undefined && times > most)
      this.fail("the audit log has every act once", `${what} is in the audit log ${times} times`)
  }

  /** Where a channel is so already, or gets so meanwhile, nothing is done, and nothing noted. */
  private wasSo({ at, isSo, name }: AskedAct): boolean {
    if (isSo === undefined) return false
    return [...this.channels.everCalled(name)].some(({ states }) =>
      states.some(({ record }, index) => {
        const until = states[index + 1]?.from ?? Number.POSITIVE_INFINITY
        return until > at && isSo(record)
      }),
    )
  }

  /** What somebody else's topic has taken the place of before it was known to be stored is set, and noted, once more. */
  private isDoneAnew(act: Act, { action, detail, name }: AskedAct): boolean {
    if (action !== "topic") return false
    const acts = [...this.channels.everCalled(name)].find((channel) => channel.acts.includes(act))?.acts ?? []
    const topics = acts.filter((one) => one.action === action)
    const at = topics.indexOf(act)
    return topics.slice(0, at).some((one) => one.detail === detail) && topics[at - 1]?.detail !== detail
  }

  /** Somebody was shown a page of the log of a channel. */
  shown(who: string, name: string, lines: ReadonlyArray<LogLine>): void {
    const candidates = [...this.channels.everCalled(name)]
    const isLogOf = ({ acts }: Channel) =>
      lines.every((line, at) => {
        const act = acts[line.number - 1]
        const isNext = at === 0 || line.number === lines[at - 1]!.number - 1
        return isNext && act !== undefined && isLine(act, line)
      })
    if (!candidates.some(isLogOf)) this.fail("the audit log has every act", `${who} was shown another log of ${name}`)
  }

  /** The log that is kept, all of it. */
  readBack(store: ChannelStore["Service"], { acts, id, name }: Channel): void {
    const log: Array<Act> = []
    let before: number | undefined
    while (true) {
      const page = Effect.runSync(Effect.orDie(store.audit(id, { before, limit: pageSize })))
      log.push(...page)
      before = page.at(-1)?.number
      if (page.length < pageSize) break
    }
    const kept = log.toReversed()
    const differs = kept.length !== acts.length || kept.some((act, at) => lineOf(act) !== lineOf(acts[at]!))
    if (differs)
      this.fail("the audit log has every act", `${name} has ${kept.length} of ${acts.length} acts in its log`)
  }
}

const keyOf = (by: string, action: string, whom: string | undefined): string => `${by} ${action} ${whom ?? ""}`

const isIt = ({ action, by, detail, whom }: Act, asked: AskedAct): boolean =>
  by.name === asked.by &&
  action === asked.action &&
  whom?.name === asked.whom &&
  (asked.detail === undefined || detail === asked.detail)

const isLine = ({ action, by, detail, whom }: Act, line: LogLine): boolean =>
  by.name === line.by && action === line.action && whom?.name === line.username && detail === line.detail

const lineOf = ({ action, by, detail, timestamp, whom }: Act): string =>
  `${timestamp} ${by.name} ${action} ${whom?.name ?? ""} ${detail ?? ""}`
