// Compares what the clients recorded with what the history has. It is pure, so that tests can show that it finds what
// it looks for.
import { type Action, type Answer, type Entry, type Observation, keyOf, type Record, type Operation } from "./Record.ts"
import * as View from "./View.ts"

export const kinds = {
  Lost: "acknowledged, and not there",
  Moved: "acknowledged at one place, and there at another",
  Doubled: "there more than once",
  Altered: "not as it was said, or not what was done to it",
  Invented: "there, and said by nobody, or refused",
  Denied: "refused without a reason",
  Reordered: "before what its sender said before it",
  Gap: "places without an entry",
  Weak: "acknowledged as less safe than it has to be",
  Unanswered: "never acknowledged, while the service ran on",
  Ghost: "told to a client, and not there",
  Unheard: "there, and not told to a client",
  HeardAgain: "told to a client more than once, or out of order",
  Missed: "told to a client as lost for good",
  Different: "shown differently to a client",
  Unclear: "an error that does not say that trying again makes sense",
  Forgotten: "bytes of a file that were acknowledged, and are not there",
  Unsent: "a file that could not be sent",
  Spoiled: "a file with other bytes than those that were sent",
  Unreadable: "a file that a message carries, and that cannot be read",
  Left: "kept of files, and nobody refers to it",
  Absent: "present, and not shown to a client, or the other way round",
  Late: "the service was not back in time",
} as const

export interface Finding {
  readonly kind: keyof typeof kinds
  readonly channel?: string | undefined
  /** The client that it concerns. */
  readonly client?: string | undefined
  readonly what: string
  /** When the operation was sent and acknowledged, to look for it in a log. */
  readonly sentAt?: number | undefined
  readonly answeredAt?: number | undefined
}

export interface Expectations {
  /** What an acknowledgement has to say. */
  readonly durability?: string | undefined
  /** Whether everything has to be answered in the end. */
  readonly answers?: boolean | undefined
  /**
   * Whether a message may be told as it has become, with what changed it behind it: so a node tells what was said while it
   * had no link to the owner of the channel.
   */
  readonly late?: boolean | undefined
}

const short = (text: string | undefined): string => JSON.stringify((text ?? "").slice(0, 40))

const nameOf = ({ act, id, user }: Operation): string =>
  `${user}'s ${act.type} ${id ?? short(act.type === "Message" ? act.content : "")}`

const keyOfOperation = ({ act, id, user }: Operation): string =>
  keyOf(user, id, act.type === "Message" ? act.content : undefined)
const keyOfEntry = ({ content, from, id }: Entry): string => keyOf(from, id, content)

const nameOfEntry = (entry: Entry): string => `${entry.from}'s ${entry.type} ${entry.id ?? short(entry.content)}`

/** Whether an entry shows this action. A message that was changed later shows the change instead. */
const isSame = (act: Action, entry: Entry): boolean => {
  if (act.type !== entry.type) return false
  switch (act.type) {
    case "Message":
      return (
        entry.edited !== undefined ||
        entry.deleted === true ||
        (act.content === entry.content && act.file === entry.file?.id)
      )
    case "Edited":
      return act.target === entry.target && (act.content === entry.content || entry.content === "")
    case "Deleted":
      return act.target === entry.target
    case "Reacted":
      return act.target === entry.target && act.reaction === entry.reaction && act.on === entry.on
  }
}

/** The file that it carries had not come yet. */
const wasEarly = ({ early, refused }: Operation): boolean => early === true && refused?.reason === "NoSuchFile"

const grouped = <A>(items: Iterable<A>, by: (item: A) => string): Map<string, Array<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const item of items) {
    const group = groups.get(by(item))
    if (group === undefined) groups.set(by(item), [item])
    else group.push(item)
  }
  return groups
}

class Case {
  readonly findings: Array<Finding> = []
  private readonly channel: string
  private readonly operations: ReadonlyArray<Operation>
  private readonly operationByKey: ReadonlyMap<string, Operation>
  private readonly kept: ReadonlyArray<Entry>
  private readonly keptByKey: ReadonlyMap<string, ReadonlyArray<Entry>>
  private readonly keptBySeq: ReadonlyMap<number, Entry>

  constructor(channel: string, operations: ReadonlyArray<Operation>, kept: ReadonlyArray<Entry>) {
    this.channel = channel
    this.operations = operations
    this.operationByKey = new Map(operations.map((one) => [keyOfOperation(one), one]))
    this.kept = kept
    this.keptByKey = grouped(kept, keyOfEntry)
    this.keptBySeq = new Map(kept.map((entry) => [entry.seq, entry]))
  }

  private find(
    kind: Finding["kind"],
    what: string,
    more: Pick<Finding, "client" | "sentAt" | "answeredAt"> = {},
  ): void {
    this.findings.push({ kind, channel: this.channel, what, ...more })
  }

  private findOperation(kind: Finding["kind"], operation: Operation, what: string): void {
    const { answers, at, client } = operation
    this.find(kind, `${nameOf(operation)} ${what}`.trim(), { client, sentAt: at, answeredAt: answers[0]?.at })
  }

  /** The `seq`s are 1, 2, 3 …, and each entry has one. */
  keptInOrder(): void {
    let last = 0
    for (const entry of this.kept) {
      if (entry.seq !== last + 1) this.find("Gap", `${entry.seq} follows ${last}`)
      last = entry.seq
      const operation = this.operationByKey.get(keyOfEntry(entry))
      if (operation === undefined) this.find("Invented", `${nameOfEntry(entry)} at ${entry.seq}`)
      else if (operation.refused?.final)
        this.findOperation("Invented", operation, `at ${entry.seq}, refused: ${operation.refused.reason}`)
      else if (!isSame(operation.act, entry))
        this.findOperation("Altered", operation, `is ${JSON.stringify(entry).slice(0, 200)}`)
    }
    for (const [key, entries] of this.keptByKey) {
      if (entries.length < 2) continue
      const operation = this.operationByKey.get(key)
      const at = `at ${entries.map(({ seq }) => seq).join(" and ")}`
      if (operation === undefined) this.find("Doubled", `${nameOfEntry(entries[0]!)} ${at}`)
      else this.findOperation("Doubled", operation, at)
    }
  }

  /** What it is about was deleted. */
  private isGone({ act, refused }: Operation): boolean {
    return (
      refused?.reason === "NoSuchMessage" && act.type !== "Message" && this.keptBySeq.get(act.target)?.deleted === true
    )
  }

  /** It was acknowledged at the place of the message itself: there was nothing to store, since it was so already. */
  private changedNothing({ act, user }: Operation, answer: Answer): boolean {
    if (act.type === "Message" || answer.seq !== act.target) return false
    switch (act.type) {
      case "Edited":
        return this.keptBySeq.has(act.target)
      case "Deleted":
        return this.keptBySeq.get(act.target)?.deleted === true
      case "Reacted":
        return !act.on || this.kept.some((entry) => entry.from === user && isSame(act, entry))
    }
  }

  /** What was acknowledged is in the history, at the acknowledged `seq`, and in the order in which its sender sent it. */
  acknowledgedIsKept({ answers = false, durability }: Expectations): void {
    const lastOf = new Map<string, number>()
    for (const operation of this.operations) {
      const entries = this.keptByKey.get(keyOfOperation(operation)) ?? []
      const seq = entries[0]?.seq
      for (const answer of operation.answers) {
        if (this.changedNothing(operation, answer)) continue
        if (seq === undefined) this.findOperation("Lost", operation, `acknowledged at ${answer.seq || "no place"}`)
        else if (answer.seq !== 0 && !entries.some(({ seq }) => seq === answer.seq))
          this.findOperation("Moved", operation, `acknowledged at ${answer.seq}, is at ${seq}`)
        if (durability !== undefined && answer.durability !== durability)
          this.findOperation("Weak", operation, `acknowledged as stored in ${answer.durability}`)
      }
      if (operation.refused?.final && !this.isGone(operation) && !wasEarly(operation))
        this.findOperation("Denied", operation, operation.refused.reason)
      if (answers && operation.answers.length === 0 && operation.refused === undefined)
        this.findOperation("Unanswered", operation, "")
      // What changed nothing the first time, and something when it was sent again, has its place by the second.
      const later = operation.answers.some((answer) => this.changedNothing(operation, answer))
      if (seq === undefined || later) continue
      const before = lastOf.get(operation.client) ?? 0
      if (seq < before) this.findOperation("Reordered", operation, `is at ${seq}, what was said before it at ${before}`)
      lastOf.set(operation.client, Math.max(before, seq))
    }
  }

  /** History shows a message as all operations on it have left it. */
  keptAsDone(): void {
    const raw = this.kept.map((entry) => {
      const act = this.operationByKey.get(keyOfEntry(entry))?.act
      const content = act?.type === "Message" || act?.type === "Edited" ? act.content : entry.content
      return { ...entry, content, deleted: undefined, reactions: undefined }
    })
    for (const [seq, expected] of View.of(raw)) {
      const shown = View.ofMessage(this.keptBySeq.get(seq)!)
      if (shown !== expected) this.find("Altered", `history shows ${seq} as ${shown}, and it is ${expected}`)
    }
  }

  /** It is shown as somebody has changed it later. */
  private isAsChanged({ content, seq, type }: Entry): boolean {
    if (type !== "Message") return false
    return this.operations.some(
      ({ act }) =>
        (act.type === "Edited" && act.target === seq && act.content === content) ||
        (act.type === "Deleted" && act.target === seq && content === ""),
    )
  }

  /** A client has received everything once, in order, and shows the messages as the history does. */
  observed({ client, entries, placeless }: Observation, { late = false }: Expectations): void {
    if (placeless) return this.observedWithoutSeqs(client, entries as ReadonlyArray<Entry>)
    let last = 0
    const told: Array<Entry> = []
    for (const entry of entries) {
      if (entry.type === "Missed") {
        this.find("Missed", `${entry.from} to ${entry.to}`, { client })
        last = entry.to
        continue
      }
      if (entry.seq <= last)
        this.find("HeardAgain", `${nameOfEntry(entry)} at ${entry.seq}, behind ${last}`, { client })
      else if (entry.seq > last + 1) this.find("Unheard", `${last + 1} to ${entry.seq - 1}`, { client })
      last = Math.max(last, entry.seq)
      told.push(entry)
      const kept = this.keptBySeq.get(entry.seq)
      const operation = this.operationByKey.get(keyOfEntry(entry))
      if (kept === undefined || keyOfEntry(kept) !== keyOfEntry(entry))
        this.find("Ghost", `${nameOfEntry(entry)} at ${entry.seq}`, {
          client,
          sentAt: operation?.at,
          answeredAt: operation?.answers[0]?.at,
        })
      else if (operation !== undefined && !isSame(operation.act, entry) && !(late && this.isAsChanged(entry)))
        this.find("Different", `${nameOf(operation)} as ${JSON.stringify(entry).slice(0, 200)}`, { client })
    }
    const end = this.kept.at(-1)?.seq ?? 0
    if (last < end) this.find("Unheard", `${last + 1} to ${end}, the end`, { client })
    const here = View.of(told)
    for (const [seq, there] of View.of(this.kept)) {
      const shown = here.get(seq)
      if (shown !== undefined && shown !== there)
        this.find("Different", `the message at ${seq} as ${shown}, in history it is ${there}`, { client })
    }
  }

  private observedWithoutSeqs(client: string, entries: ReadonlyArray<Entry>): void {
    const seqs = new Map<string, number>()
    for (const { act, id, user } of this.operations) {
      if (act.type !== "Message") continue
      const entry = this.keptByKey.get(keyOf(user, id, act.content))?.[0]
      if (entry !== undefined) seqs.set(`${user}: ${act.content}`, entry.seq)
    }
    let last = 0
    for (const entry of entries) {
      const seq = seqs.get(`${entry.from}: ${entry.content}`)
      if (seq === undefined) this.find("Ghost", nameOfEntry(entry), { client })
      else if (seq <= last) this.find("HeardAgain", `${nameOfEntry(entry)}, at ${seq}, behind ${last}`, { client })
      last = Math.max(last, seq ?? 0)
    }
  }
}

/** Everything that is wrong; nothing, where every promise was kept. */
export const judge = (record: Record, expectations: Expectations = {}): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = record.strikes.flatMap(({ at, over }, index) =>
    over === undefined ? [{ kind: "Late", what: `after strike ${index + 1}`, sentAt: at }] : [],
  )
  for (const { at, client, reason } of record.rejections) {
    if (reason !== "Unavailable") findings.push({ kind: "Unclear", client, what: reason, sentAt: at })
  }
  const operationsIn = grouped(record.operations, ({ channel }) => channel)
  const observationsIn = grouped(record.observations, ({ channel }) => channel)
  for (const channel of new Set([...operationsIn.keys(), ...observationsIn.keys(), ...record.kept.keys()])) {
    const here = new Case(channel, operationsIn.get(channel) ?? [], record.kept.get(channel) ?? [])
    here.keptInOrder()
    here.acknowledgedIsKept(expectations)
    here.keptAsDone()
    for (const observation of observationsIn.get(channel) ?? []) here.observed(observation, expectations)
    findings.push(...here.findings)
  }
  return findings
}
