// A crowd of its own over nodes that run on: it comes, talks while one fault after the other strikes, falls silent, and
// is judged. What earlier chapters said is not looked at again, so that a long run needs no more memory than a short one.
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import { CrashError } from "../crash/CrashError.ts"
import type { Finding } from "../crash/Judge.ts"
import * as Judge from "../crash/Judge.ts"
import { isSettled, Ledger } from "../crash/Ledger.ts"
import { connect } from "../crash/Publisher.ts"
import type { Entry, Record, Strike } from "../crash/Record.ts"
import { isSettledIn, until } from "../crash/Run.ts"
import { recordedName, type Setting } from "../crash/Setting.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import type { Cluster, Node } from "./Cluster.ts"
import * as Crowd from "./Crowd.ts"
import * as Faults from "./Faults.ts"
import * as Pauses from "./Pauses.ts"
import { Places } from "./Places.ts"

export interface ChapterPlan extends Crowd.CrowdPlan {
  readonly faults: ReadonlyArray<Faults.FaultName>
  readonly freeze: Duration.Duration
  readonly ownerOf: Faults.FaultOptions["ownerOf"]
  readonly onFault?: ((outcome: Outcome) => void) | undefined
  /** Told what the nodes wrote last, where not everybody was answered again in time. */
  readonly onSilence?: ((outputs: string) => void) | undefined
}

/** What came of one fault. */
export interface Outcome {
  readonly fault: Faults.FaultName
  /** The nodes that were struck, by their numbers. */
  readonly nodes: ReadonlyArray<number>
  /** Seconds from its beginning until it was set right. */
  readonly lasted: number
  /** Of clients at other nodes, and of those at the ones that were struck. */
  readonly others: Pauses.Pauses
  readonly struck: Pauses.Pauses
  /** Whether every client was answered again in time. */
  readonly resumed: boolean
  /** Why the fault could not be set right: a node did not start again, for instance. */
  readonly failed?: string | undefined
}

export interface ChapterResult {
  readonly outcomes: ReadonlyArray<Outcome>
  readonly findings: ReadonlyArray<Finding>
  /** Milliseconds in the end until everybody agreed on who is present. */
  readonly presence: number
  readonly said: number
  readonly acknowledged: number
  readonly heard: number
  /** Clients that were told to go to another node, and went. */
  readonly moves: ReadonlyArray<Crowd.Move>
}

/** Time in which everybody has to be answered again behind a fault, and in which all is to be settled in the end. */
const resumeLimit = Duration.seconds(60)
const settleLimit = Duration.seconds(90)
const presenceLimit = Duration.seconds(20)
/** Time before, between and behind faults in which everybody just talks. */
const calm = Duration.seconds(2)

/** All that history has, read by a new client at each node: all of them have to have the same. */
const readBack = Effect.fnUntraced(function* (
  setting: Setting,
  members: ReadonlyArray<Crowd.Member>,
  nodes: ReadonlyArray<Node>,
) {
  const kept = new Map<string, ReadonlyArray<Entry>>()
  const note = (reader: string, channel: string, entries: ReadonlyArray<Entry>) => {
    if (!kept.has(channel)) kept.set(channel, entries)
    setting.ledger.observationOf(reader, channel).entries.push(...entries)
  }
  for (const node of nodes) {
    const reader = `reader at node ${node.index}`
    yield* Effect.gen(function* () {
      const dialer = yield* Effect.provide(Dialer, Tcp.layer(node.address))
      const client = yield* connect(setting, { client: reader, user: `${setting.channels[0]}-reader`, dialer })
      for (const channel of setting.channels) {
        yield* client.join(channel)
        note(reader, channel, yield* Stream.runCollect(client.entries(channel, { after: 0 })))
        yield* client.leave(channel)
      }
      for (const { participant } of members) {
        if (participant.direct === undefined || participant.user > participant.direct) continue
        const own = yield* connect(setting, { ...participant, dialer })
        const channel = `@${participant.direct}`
        yield* own.join(channel)
        note(reader, recordedName(channel, participant), yield* Stream.runCollect(own.entries(channel, { after: 0 })))
      }
    }).pipe(Effect.scoped)
  }
  return kept
})

/** Whom each client has to see in each of its channels; who is not there, or there too much, is named. */
const wrongPresence = (members: ReadonlyArray<Crowd.Member>): ReadonlyArray<Finding> => {
  const there = new Map<string, Array<string>>()
  for (const { channels, participant } of members) {
    for (const channel of channels) there.set(channel, [...(there.get(channel) ?? []), participant.user])
  }
  return members.flatMap(({ channels, participant, presence }) =>
    channels.flatMap((channel): ReadonlyArray<Finding> => {
      const expected = there.get(channel)!.toSorted().join(" ")
      const seen = presence.of(channel)?.join(" ") ?? "nothing"
      return seen === expected
        ? []
        : [{ kind: "Absent", channel, client: participant.client, what: `sees ${seen}, and there are ${expected}` }]
    }),
  )
}

export const run = Effect.fnUntraced(function* (cluster: Cluster, plan: ChapterPlan) {
  const ledger = new Ledger()
  const silence = Deferred.makeUnsafe<void>()
  const all = [...cluster.nodes, ...cluster.spares]
  const places = new Places(all)
  const setting: Setting = {
    ledger,
    address: cluster.nodes[0]!.address,
    channels: Crowd.channelsOf(plan),
    pace: plan.rate / plan.clients,
    maxInFlight: 4096,
    client: Crowd.patience,
    quiet: Deferred.await(silence),
    isQuiet: () => Deferred.isDoneUnsafe(silence),
  }
  const members = yield* Crowd.gather(plan, setting, places, cluster.nodes)
  const outputs = () => all.map((node) => `node ${node.index}:\n${node.output()}`).join("\n")
  const strikes: Array<Strike> = []
  const outcomes: Array<Outcome> = []

  /** Each client has said something since then that was answered, and nothing older waits. */
  const allAnsweredSince = (moment: number) => () => {
    const answered = new Set<string>()
    for (let index = ledger.operations.length - 1; index >= 0; index--) {
      const operation = ledger.operations[index]!
      if (operation.at >= moment && operation.answers.length > 0) answered.add(operation.client)
      if (operation.at < moment - 120_000) break
      if (operation.at < moment && !isSettled(operation)) return false
    }
    return answered.size === members.length
  }

  const strike = Effect.fnUntraced(function* (fault: Faults.FaultName) {
    const from = ledger.now()
    const at = new Map(members.map(({ participant: { client } }) => [client, places.nodeOf(client)]))
    const options: Faults.FaultOptions = {
      channel: setting.channels[yield* Random.nextIntBetween(0, setting.channels.length - 1)]!,
      freeze: plan.freeze,
      ownerOf: plan.ownerOf,
      clientsAt: (node) => places.at(node),
    }
    const { failed, nodes }: Faults.Struck & { readonly failed?: string } = yield* Effect.match(
      Effect.scoped(Faults.strike(cluster, fault, options)),
      { onSuccess: (struck) => struck, onFailure: ({ message }) => ({ nodes: [], failed: message }) },
    )
    const lasted = (ledger.now() - from) / 1000
    const resumed = (yield* until(allAnsweredSince(ledger.now()), resumeLimit)) && failed === undefined
    strikes.push({ at: from, over: resumed ? ledger.now() : undefined })
    yield* Effect.sleep(calm)
    const clients = (isStruck: boolean) =>
      new Set([...at].flatMap(([client, node]) => (nodes.some((one) => one === node) === isStruck ? [client] : [])))
    const pausesOf = (isStruck: boolean) =>
      Pauses.of(ledger.operations, { clients: clients(isStruck), from, to: ledger.now() })
    const outcome: Outcome = {
      fault,
      nodes: nodes.map(({ index }) => index),
      lasted,
      others: pausesOf(false),
      struck: pausesOf(true),
      resumed,
      ...(failed !== undefined && { failed }),
    }
    outcomes.push(outcome)
    plan.onFault?.(outcome)
    if (!resumed) plan.onSilence?.(outputs())
  })

  if (!(yield* until(allAnsweredSince(ledger.now()), resumeLimit))) {
    return yield* new CrashError({ message: `not everybody is answered, before the first fault\n${outputs()}` })
  }
  yield* Effect.sleep(calm)
  for (const fault of plan.faults) {
    yield* strike(fault)
    // What follows would say nothing: what there is, is judged.
    if (outcomes.at(-1)?.resumed === false) break
  }

  Deferred.doneUnsafe(silence, Exit.void)
  yield* until(() => isSettledIn(ledger), settleLimit)
  const quietAt = ledger.now()
  const agreed = yield* until(() => wrongPresence(members).length === 0, presenceLimit)
  const presence = ledger.now() - quietAt
  const absent = agreed ? [] : wrongPresence(members)
  const heard = ledger.observations.reduce((sum, { entries }) => sum + entries.length, 0)
  const kept = yield* readBack(setting, members, cluster.nodes).pipe(
    Effect.timeoutOrElse({
      duration: settleLimit,
      orElse: () => Effect.fail(new CrashError({ message: "history could not be read back in time" })),
    }),
    Effect.mapError((error) => new CrashError({ message: `history could not be read back: ${error.message}` })),
  )
  const { observations, operations, rejections } = ledger
  const record: Record = { strikes, operations, observations, rejections, kept, files: [], reads: [] }
  const result: ChapterResult = {
    outcomes,
    findings: [...Judge.judge(record, { durability: "disk", answers: true, late: true }), ...absent],
    presence,
    said: operations.length,
    acknowledged: operations.filter(({ answers }) => answers.length > 0).length,
    heard,
    moves: members.flatMap(({ moves }) => moves),
  }
  return result
}, Effect.scoped)
