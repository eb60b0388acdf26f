/** Connections that become another's: by CONNECT, or by a change of protocol. */
import * as Duration from "effect/Duration"
import * as Http from "node:http"
import * as Net from "node:net"
import { type Duplex, pipeline } from "node:stream"
import { format } from "../../domain/Address.ts"
import { authority } from "../Authority.ts"
import type { ForwarderSettings } from "../ForwarderSettings.ts"
import { agreesOn, judge, noAnswer } from "./answer.ts"
import { ask, refusal, type Refusal } from "./ask.ts"
import { endToEnd, headOf } from "./hopByHop.ts"

const refuseOn =
  (raw: Duplex) =>
  ({ status, why }: Refusal): void => {
    const headers = {
      "content-type": ["text/plain; charset=utf-8"],
      "content-length": [String(Buffer.byteLength(why) + 1)],
      connection: ["close"],
    }
    raw.end(`${headOf(status, Http.STATUS_CODES[status], headers)}${why}\n`)
  }

export const tunnel = (request: Http.IncomingMessage, raw: Duplex, head: Buffer, settings: ForwarderSettings): void => {
  raw.on("error", () => {})
  const refuse = refuseOn(raw)
  const written = request.url ?? ""
  const target = authority(written)
  const refused = refusal(target, written, settings)
  if (target === undefined || refused !== undefined) return refuse(refused ?? { status: 400, why: "" })
  const there = Net.connect({ ...target, noDelay: true, allowHalfOpen: true })
  const connecting = setTimeout(() => {
    there.destroy()
    refuse({ status: 504, why: `${format(target)} did not answer in time` })
  }, Duration.toMillis(settings.connectWithin))
  const unreachable = () => refuse({ status: 502, why: `${format(target)} could not be reached` })
  there.once("error", unreachable)
  there.once("close", () => clearTimeout(connecting))
  raw.once("close", () => there.destroy())
  there.once("connect", () => {
    clearTimeout(connecting)
    there.off("error", unreachable)
    raw.write("HTTP/1.1 200 Connection established\r\n\r\n")
    there.write(head)
    join(raw, there)
  })
}

/** Where the target agrees, both go on in the other protocol; where it does not, its answer is the last of the connection. */
export const upgrade = (
  request: Http.IncomingMessage,
  raw: Duplex,
  head: Buffer,
  settings: ForwarderSettings,
): void => {
  raw.on("error", () => {})
  const refuse = refuseOn(raw)
  const hop = { connection: "upgrade", upgrade: request.headers.upgrade ?? "" }
  const asked = ask(request, settings, hop, refuse)
  if ("why" in asked) return refuse(asked)
  raw.once("close", () => asked.destroy())
  asked.on("upgrade", (answered, there, first) => {
    there.on("error", () => {})
    if (!agreesOn(hop.upgrade, answered.headers.upgrade)) {
      there.destroy()
      return refuse(noAnswer)
    }
    const agreed = { connection: ["upgrade"], upgrade: [answered.headers.upgrade ?? hop.upgrade] }
    raw.write(headOf(101, answered.statusMessage, { ...endToEnd(answered.rawHeaders), ...agreed }), "latin1")
    raw.write(first)
    there.write(head)
    join(raw, there)
  })
  asked.on("response", (answered) =>
    judge(answered, (good) => {
      if (raw.destroyed) return
      if (!good) {
        asked.destroy()
        return refuse(noAnswer)
      }
      const headers = { ...endToEnd(answered.rawHeaders), connection: ["close"] }
      raw.write(headOf(answered.statusCode ?? 502, answered.statusMessage, headers), "latin1")
      pipeline(answered, raw, () => {})
    }),
  )
  asked.end()
}

/** What comes from one goes to the other. A connection that breaks on one side is broken on the other. */
const join = (raw: Duplex, there: Duplex): void => {
  for (const [one, other] of [
    [raw, there],
    [there, raw],
  ] as const) {
    one.once("error", () => other.destroy())
    one.once("close", () => {
      if (!one.readableEnded) other.destroy()
    })
    one.pipe(other)
  }
}
