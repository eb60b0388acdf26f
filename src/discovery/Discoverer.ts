/** Looks for the servers that are announced in a network. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Advertisement from "./Advertisement.ts"
import * as Packet from "./Packet.ts"
import type { Wire } from "./Wire.ts"

/** A server that was found. All of it was said by somebody in the network, and nobody has checked it. */
export interface Found {
  readonly name: string
  /** Where it is in the network: the first of its addresses. */
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

/** Servers and machines that are remembered while it looks: a network in which somebody makes them up does not fill memory. */
const rememberedAtMost = 256

/** Whoever comes later than the first question may hear the second. */
const askAgainEvery = Duration.millis(1000)

/** What was heard, put together: answers may come in pieces. */
class Heard {
  private readonly instances = new Set<string>()
  private readonly names = new Map<string, string>()
  private readonly servers = new Map<string, { readonly target: string; readonly port: number }>()
  private readonly facts = new Map<string, ReadonlyArray<string>>()
  private readonly hosts = new Map<string, string>()

  note(records: ReadonlyArray<Packet.Record>): void {
    for (const record of records) {
      const key = Packet.keyOf(record.name)
      switch (record.type) {
        case "PTR":
          if (Packet.sameName(record.name, Advertisement.kind)) this.noteInstance(record.data, record.ttl > 0)
          break
        case "SRV":
          remember(this.servers, key, record.data)
          break
        case "TXT":
          remember(this.facts, key, record.data)
          break
        // An address of IPv4 is preferred, since that is how it was asked.
        case "A":
          remember(this.hosts, key, record.data)
          break
        case "AAAA":
          if (!this.hosts.has(key)) remember(this.hosts, key, record.data)
      }
    }
  }

  private noteInstance(name: string, isThere: boolean): void {
    const key = Packet.keyOf(name)
    if (!key.endsWith(`.${Advertisement.kind}`)) return
    if (!isThere) return void this.instances.delete(key)
    if (this.instances.size >= rememberedAtMost) return
    this.instances.add(key)
    this.names.set(key, name.slice(0, -Advertisement.kind.length - 1))
  }

  /** What has to be asked for to know where a server is. */
  get missing(): ReadonlyArray<{ readonly name: string; readonly type: Packet.Type }> {
    return [...this.instances].flatMap((key): ReadonlyArray<{ readonly name: string; readonly type: Packet.Type }> => {
      const server = this.servers.get(key)
      if (server === undefined) return [{ name: key, type: "SRV" }]
      return this.hosts.has(Packet.keyOf(server.target)) ? [] : [{ name: server.target, type: "A" }]
    })
  }

  get found(): ReadonlyArray<Found> {
    return [...this.instances].flatMap((key) => {
      const server = this.servers.get(key)
      const host = server && this.hosts.get(Packet.keyOf(server.target))
      if (server === undefined || host === undefined || server.port === 0) return []
      return [
        { name: this.names.get(key)!, host, port: server.port, tls: this.facts.get(key)?.includes("tls=1") ?? false },
      ]
    })
  }
}

const remember = <Value>(map: Map<string, Value>, key: string, value: Value): void => {
  if (map.has(key) || map.size < rememberedAtMost) map.set(key, value)
}

/** The servers that answer within a time, by name. */
export const discover = (wire: Wire, within: Duration.Duration): Effect.Effect<ReadonlyArray<Found>> =>
  Effect.suspend(() => {
    const heard = new Heard()
    let asked = ""
    const asking = Effect.forever(
      Effect.andThen(
        wire.send(Packet.question([{ name: Advertisement.kind, type: "PTR" }])),
        Effect.sleep(askAgainEvery),
      ),
      { disableYield: true },
    )
    const listening = Effect.forever(
      Effect.flatMap(Queue.take(wire.received), ({ bytes }) => {
        const packet = Result.getOrUndefined(Packet.read(bytes))
        if (packet === undefined || !packet.isAnswer) return Effect.void
        heard.note([...packet.answers, ...packet.others])
        // Most send along where they are. The same is not asked twice in a row.
        const { missing } = heard
        const all = JSON.stringify(missing)
        if (missing.length === 0 || all === asked) return Effect.void
        asked = all
        return wire.send(Packet.question(missing.slice(0, 16)))
      }),
      { disableYield: true },
    )
    return Effect.raceFirst(asking, listening).pipe(
      Effect.timeoutOption(within),
      Effect.map(() => heard.found.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.port - b.port))),
    )
  })
