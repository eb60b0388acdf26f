/** Hostile requests, the same each time; `npm run fuzz -- --http --seconds 600` tries others for longer. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { attack, checkHealth } from "../../../scripts/fuzz/httpAttack.ts"
import { readAnswers } from "../../../scripts/fuzz/httpAnswers.ts"
import * as HttpFuzz from "../../../src/testing/HttpFuzz.ts"
import { eventually, live, nobodyLeft, tcp } from "../../suites/transportWorld.ts"

const streams = 400

describe("hostile requests", () => {
  it("are the same for the same seed, and of every kind", () => {
    const bytes = (seed: number) => Buffer.concat(HttpFuzz.stream(seed).chunks).toString("latin1")
    const seen = new Set<string>()
    let all = ""
    for (let seed = 0; seed < streams; seed++) {
      seen.add(bytes(seed))
      assert.isTrue(seen.has(bytes(seed)))
      all += bytes(seed)
    }
    assert.isAbove(seen.size, streams - 5)
    for (const part of ["/api/v1/channels/", "/sse", "/ws", "chunked", "Expect: ", "\n\n", "HTTP/1.0"]) {
      assert.include(all, part)
    }
    assert.match(all, /Content-Length: (-1|\+1|0x1|1, 1|1e1)/)
  })

  live(
    "are answered as HTTP has it, and nobody else is kept waiting",
    tcp.layer({ sse: { resume: Duration.zero } }),
    (server) =>
      Effect.gen(function* () {
        const user = yield* server.accounts.add({
          name: "fuzz",
          password: Redacted.make("a long password"),
          role: "member",
        })
        const token = Redacted.value((yield* server.accounts.issueToken(user)).token)
        const seeds = Array.from({ length: streams }, (_, seed) => seed)
        yield* Effect.forEach(
          seeds,
          (seed) =>
            Effect.map(
              Effect.promise(() => attack(server.address!, HttpFuzz.stream(seed, token), token)),
              (complaint) => assert.isUndefined(complaint, `seed ${seed}`),
            ),
          { concurrency: 16, discard: true },
        )
        assert.isUndefined(yield* Effect.promise(() => checkHealth(server.address!)))
        yield* nobodyLeft(server)
        yield* eventually(
          "no request is open",
          Effect.sync(() => server.limits.requests.taken + server.limits.requests.refusing === 0),
        )
      }),
  )
})

describe("what reads the answers", () => {
  const ok = "HTTP/1.1 200 OK\r\n"
  it.each([
    [
      "two of them",
      `${ok}Content-Length: 2\r\n\r\nab${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n`,
      ["ab", "c"],
      "",
    ],
    ["one that goes on to the end", `${ok}A: b\r\n\r\nabc`, ["abc"], ""],
    ["one that is cut in its headers", `${ok}A: `, [], `${ok}A: `],
    ["one that is cut in a chunk", `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nc`, [], "HTTP/1.1 200 OK\r\n…2\r\nc"],
    ["frames behind an upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\nframes", [""], "frames"],
  ] as const)("reads %s", (_, said, bodies, rest) => {
    const read = readAnswers(said)
    if (typeof read === "string") return assert.fail(read)
    assert.deepStrictEqual(
      read.answers.map(({ body }) => body),
      [...bodies],
    )
    assert.strictEqual(read.rest, rest)
  })

  it.each([
    ["something else", "Hello"],
    ["something behind an answer", `${ok}Content-Length: 1\r\n\r\nab`],
    ["a status that is none", "HTTP/1.1 99 What\r\n\r\n"],
    ["a header on two lines", `${ok}A: b\r\n c\r\n\r\n`],
    ["a line feed alone", `${ok}A: b\nC: d\r\n\r\n`],
    ["a length and chunks", `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["a length that is none", `${ok}Content-Length: x\r\n\r\n`],
    ["a chunk that does not end", `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\ncd\r\n`],
  ])("complains of %s", (_, said) => assert.isString(readAnswers(said)))
})
