/** Whatever clients and targets say, and wherever they stop: the forward proxy lives, and others do not notice. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Net from "node:net"
import { Dice } from "../../src/testing/Dice.ts"
import { echo, open } from "./fixture.ts"
import { forwarding, upstream } from "./forwarding.ts"

const heads = [
  "content-length: 4\r\n\r\nbody",
  "transfer-encoding: chunked\r\n\r\n4;x\r\nbody\r\n0\r\nt: 1\r\n\r\n",
  "connection: upgrade\r\nupgrade: x\r\n\r\nhello",
  "expect: 100-continue\r\ncontent-length: 4\r\n\r\nbody",
  "\r\n",
]

const requests = (port: number): ReadonlyArray<string> => [
  ...["GET", "DELETE", "POST", "HEAD"].flatMap((method) =>
    heads.map((head) => `${method} http://127.0.0.1:${port}/a?b HTTP/1.1\r\nhost: x\r\n${head}`),
  ),
  `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nhost: x\r\n\r\nhello`,
  `GET http://127.0.0.1:${port}/ HTTP/1.0\r\n\r\n`,
]

const answers: ReadonlyArray<string> = [
  "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nt: 1\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
  "HTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 None\r\n\r\n",
  "HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nhello",
  "HTTP/1.0 304 Same\r\n\r\n",
  "HTTP/1.1 200 OK\r\n\r\nto the end",
]

const odd = [
  "\0",
  "\r",
  "\n",
  "\r\n\r\n",
  "\x7f",
  "\xff",
  "042",
  "-1",
  ": ",
  "9".repeat(30),
  "chunked",
  " ",
  "HTTP/1.1 ",
]

/** The text with bytes changed, left out, doubled or put in; now and then no text at all. */
const mangled = (dice: Dice, text: string): string => {
  if (dice.once(10)) return String.fromCharCode(...dice.bytes(dice.below(200)))
  for (let times = 1 + dice.below(3); times > 0; times--) {
    const at = dice.below(text.length + 1)
    const end = Math.min(text.length, at + dice.below(12))
    const middle = dice.pick(["", dice.pick(odd), String.fromCharCode(dice.below(256)), text.slice(at, end).repeat(2)])
    text = text.slice(0, at) + middle + text.slice(dice.once(2) ? at : end)
  }
  return text
}

/** Says it, in pieces, and ends, or breaks the connection; done when the other side has ended it, too. */
const converse = (port: number, pieces: ReadonlyArray<string>, breaks: boolean) =>
  Effect.callback<void>((resume) => {
    const raw = Net.connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true })
    raw.on("error", () => {})
    raw.resume()
    raw.once("end", () => raw.end())
    raw.once("close", () => resume(Effect.void))
    for (const piece of pieces) raw.write(piece, "latin1")
    raw.write("", () => (breaks ? raw.resetAndDestroy() : raw.end()))
    return Effect.sync(() => raw.destroy())
  }).pipe(
    Effect.timeoutOrElse({
      duration: "10 seconds",
      orElse: () => Effect.sync(() => assert.fail(`never ended: ${JSON.stringify(pieces)}`)),
    }),
  )

const cut = (dice: Dice, text: string): ReadonlyArray<string> => {
  const at = dice.below(text.length + 1)
  return [text.slice(0, at), text.slice(at)]
}

/** Runs the cases, twenty at a time, while somebody else's links go on as if nothing were. */
const survive = Effect.fnUntraced(function* (
  cases: ReadonlyArray<{ readonly pieces: ReadonlyArray<string>; readonly breaks: boolean }>,
  proxy: Effect.Success<typeof forwarding>,
) {
  const there = yield* echo
  const good = yield* upstream((raw, heard) => {
    if (heard.endsWith("\r\n\r\n")) raw.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ngood")
  })
  const [tunnel, other] = [yield* open(proxy.address), yield* open(proxy.address)]
  tunnel.raw.write(`CONNECT 127.0.0.1:${there.port} HTTP/1.1\r\nhost: x\r\n\r\n`)
  yield* tunnel.when(/established\r\n\r\n$/)
  for (let from = 0; from < cases.length; from += 20) {
    yield* Effect.forEach(
      cases.slice(from, from + 20),
      ({ breaks, pieces }) => converse(proxy.address.port, pieces, breaks),
      { concurrency: "unbounded", discard: true },
    )
    assert.strictEqual(yield* tunnel.say(`still ${from}`), `still ${from}`)
    const before = other.heard().length
    other.raw.write(`GET http://127.0.0.1:${good.port}/ HTTP/1.1\r\nhost: x\r\n\r\n`)
    yield* other.when(new RegExp(`^[^]{${before}}HTTP/1.1 200 OK\r\n[^]*\r\n\r\ngood$`))
  }
})

describe("the forward proxy survives", () => {
  it.live("clients that say anything, and stop anywhere", () =>
    Effect.gen(function* () {
      const dice = new Dice(1)
      const proxy = yield* forwarding
      const { port } = yield* upstream((raw) => raw.end(dice.pick(answers), "latin1"))
      const whole = requests(port)
      const cases = [
        ...Array.from({ length: 400 }, () => {
          const said = mangled(dice, dice.pick(whole)) + (dice.once(4) ? mangled(dice, dice.pick(whole)) : "")
          return { pieces: cut(dice, said), breaks: dice.once(3) }
        }),
        // Every place at which a request can stop.
        ...[...whole[1]!].map((_, at) => ({ pieces: [whole[1]!.slice(0, at)], breaks: at % 2 === 0 })),
      ]
      yield* survive(cases, proxy)
    }),
  )

  it.live("targets that say anything, and stop anywhere", () =>
    Effect.gen(function* () {
      const dice = new Dice(2)
      const proxy = yield* forwarding
      const stops = answers.flatMap((answer) => [...answer].map((_, at) => answer.slice(0, at)))
      const says = [...Array.from({ length: 400 }, () => mangled(dice, dice.pick(answers))), ...stops]
      let next = 0
      const { port } = yield* upstream((raw) => {
        const said = says[next++ % says.length]!
        for (const piece of cut(dice, said)) raw.write(piece, "latin1")
        if (dice.once(3)) raw.resetAndDestroy()
        else raw.end()
      })
      const whole = requests(port)
      yield* survive(
        says.map(() => ({ pieces: [dice.pick(whole)], breaks: false })),
        proxy,
      )
    }),
  )
})
