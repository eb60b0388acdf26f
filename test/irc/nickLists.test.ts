/** What a client shows of who is there, after whatever comings and goings at several nodes, is what there is. */
import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { defaults } from "../../src/hub/HubSettings.ts"
import { Dice } from "../../src/testing/Dice.ts"
import { Patience } from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { cluster } from "../suites/clusterWorld.ts"
import { eventually } from "../suites/transportWorld.ts"
import { type IrcClient, member } from "./scripted.ts"

const withoutPrefix = (nick: string) => nick.replace(/^[@+]/, "")

/** As clients keep them: the nicks in each channel, from the list that comes with its own JOIN on. */
const listsOf = (log: ReadonlyArray<string>, self: string) => {
  const lists = new Map<string, Set<string>>()
  const entering = new Set<string>()
  for (const line of log) {
    entering.delete(/ 366 \S+ (\S+) :/.exec(line)?.[1] ?? "")
    const [, names = "", inChannel] = / 353 \S+ . (\S+) :(.*)$/.exec(line) ?? []
    for (const nick of inChannel?.split(" ") ?? []) if (entering.has(names)) lists.get(names)?.add(withoutPrefix(nick))
    const [, nick, what, channel] = /^:([^!]+)!\S+ (JOIN|PART|QUIT)(?: :?(\S+))?/.exec(line) ?? []
    if (nick === self && what === "JOIN") {
      lists.set(channel!, new Set())
      entering.add(channel!)
    }
    if (what === "JOIN") lists.get(channel!)?.add(nick!)
    if (what === "PART") lists.get(channel!)?.delete(nick!)
    if (what === "QUIT") for (const list of lists.values()) list.delete(nick!)
  }
  return lists
}

/** The same as the service says them now. */
const named = Effect.fnUntraced(function* (client: IrcClient, channel: string) {
  const from = client.log.length
  yield* client.ask(`NAMES ${channel}`, / 366 /)
  const lines = client.log.slice(from).flatMap((line) => / 353 \S+ . \S+ :(.*)$/.exec(line)?.[1]?.split(" ") ?? [])
  return new Set(lines.map(withoutPrefix))
})

interface Open {
  readonly client: IrcClient
  readonly scope: Scope.Closeable
}

const channels = ["#a", "#b", "#c"]
const presence = { ...defaults.presence, grace: Duration.millis(40), coalesce: Duration.millis(5) }

it.live("is what there is, whoever comes and goes, and how", () =>
  Effect.gen(function* () {
    const dice = new Dice(3)
    const { servers } = yield* cluster(
      2,
      (partition) => partition % 2,
      { hub: { publishing: undefined, presence }, session: { frames: undefined } },
      (settings) => TestServer.layerTcp(settings),
    )
    const viewers = yield* Effect.forEach([0, 1], (n) => member(servers[n]!, "viewer"))
    yield* viewers[0]!.send(...channels.map((channel) => `JOIN ${channel}`))
    yield* viewers[1]!.send("JOIN #a", "JOIN #b")
    for (const viewer of viewers) yield* viewer.settled
    const open: Array<Open> = []
    const come = Effect.gen(function* () {
      const scope = yield* Scope.make()
      const client = yield* Scope.provide(member(servers[dice.below(2)]!, dice.pick(["u1", "u2", "u3"])), scope)
      for (const channel of channels) if (dice.once(2)) yield* client.send(`JOIN ${channel}`)
      open.push({ client, scope })
    })
    const go = Effect.fnUntraced(function* ({ client, scope }: Open) {
      yield* dice.once(2) ? client.send("QUIT") : client.link.abort
      yield* Scope.close(scope, Exit.void)
    })
    for (let step = 0; step < 60; step++) {
      const what = dice.below(8)
      if (open.length === 0 || (what < 3 && open.length < 5)) yield* come
      else if (what < 5) yield* dice.pick(open).client.send(`${dice.pick(["JOIN", "PART"])} ${dice.pick(channels)}`)
      else if (what < 7) yield* go(open.splice(dice.below(open.length), 1)[0]!)
      else for (const viewer of viewers) yield* viewer.settled
    }
    for (const { client } of open) yield* client.settled
    const shown = (viewer: IrcClient) => listsOf(viewer.log, "viewer")
    for (const viewer of viewers) {
      const same = Effect.gen(function* () {
        for (const channel of shown(viewer).keys()) {
          const there = yield* named(viewer, channel)
          const list = shown(viewer).get(channel)!
          if (list.size !== there.size || [...there].some((nick) => !list.has(nick))) return false
        }
        return true
      })
      yield* eventually("it shows who is there", same)
    }
    yield* Effect.forEach(open, go, { discard: true })
    for (const viewer of viewers) {
      const alone = Effect.map(viewer.settled, () => [...shown(viewer).values()].every(({ size }) => size === 1))
      yield* eventually("it shows itself alone", alone)
      assert.match(viewer.log.join("\n"), / QUIT /)
    }
  }).pipe(
    Effect.scoped,
    Effect.provideService(References.MinimumLogLevel, "None"),
    Effect.provideService(Patience, Duration.seconds(15)),
  ),
)
