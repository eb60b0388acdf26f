/** A client of IRC that says what a test has it say, and reads line by line. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { Link } from "../../src/testing/Link.ts"
import { Patience } from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"

export type Server = TestServer["Service"]

const encoder = new TextEncoder()

export class IrcClient {
  readonly link: Link
  /** Everything that came. */
  readonly log: Array<string> = []
  private readonly lines: Array<string> = []
  private rest = Buffer.alloc(0)
  private hasEnded = false

  constructor(link: Link) {
    this.link = link
  }

  send(...lines: ReadonlyArray<string>): Effect.Effect<void> {
    return this.raw(lines.map((line) => `${line}\r\n`).join(""))
  }

  raw(bytes: string | Uint8Array): Effect.Effect<void> {
    return Effect.ignore(this.link.send(typeof bytes === "string" ? encoder.encode(bytes) : bytes))
  }

  /** The next line; undefined where the link has ended. */
  get next(): Effect.Effect<string | undefined> {
    return Effect.gen({ self: this }, function* () {
      while (this.lines.length === 0 && !this.hasEnded) {
        const pulled = yield* Effect.exit(this.link.pull)
        if (Exit.isFailure(pulled)) {
          this.hasEnded = true
          break
        }
        this.rest = Buffer.concat([this.rest, pulled.value])
        for (let end = this.rest.indexOf("\r\n"); end !== -1; end = this.rest.indexOf("\r\n")) {
          const line = this.rest.subarray(0, end).toString()
          this.lines.push(line)
          this.log.push(line)
          this.rest = this.rest.subarray(end + 2)
        }
      }
      return this.lines.shift()
    })
  }

  /** The first line that matches, of those that are still to come. Others before it are passed over. */
  until(pattern: RegExp): Effect.Effect<string> {
    return Effect.gen({ self: this }, function* () {
      const patience = yield* Patience
      const found = yield* Effect.timeoutOption(
        Effect.gen({ self: this }, function* () {
          while (true) {
            const line = yield* this.next
            if (line === undefined || pattern.test(line)) return line
          }
        }),
        patience,
      )
      const line = found._tag === "Some" ? found.value : undefined
      if (line === undefined)
        assert.fail(`nothing matches ${pattern}, but there was:\n${this.log.slice(-12).join("\n")}`)
      return line
    })
  }

  /** Sends a line, and waits for one that matches. */
  ask(line: string, pattern: RegExp): Effect.Effect<string> {
    return Effect.andThen(this.send(line), this.until(pattern))
  }

  /** All lines up to the answer to a ping that is sent now. */
  get settled(): Effect.Effect<ReadonlyArray<string>> {
    return Effect.gen({ self: this }, function* () {
      yield* this.send("PING :settled")
      const lines: Array<string> = []
      while (true) {
        const line = yield* this.next
        if (line === undefined || / PONG \S+ :settled$/.test(line)) return lines
        lines.push(line)
      }
    })
  }
}

/** A client that has said nothing yet. */
export const stranger = (server: Server): Effect.Effect<IrcClient, unknown, Scope.Scope> =>
  Effect.map(server.connect(), (link) => new IrcClient(link))

/** Comes in, with these capabilities. */
export const member = Effect.fnUntraced(function* (
  server: Server,
  nick: string,
  capabilities: ReadonlyArray<string> = [],
): Effect.fn.Return<IrcClient, unknown, Scope.Scope> {
  const client = yield* stranger(server)
  if (capabilities.length > 0) {
    yield* client.send("CAP LS 302", `CAP REQ :${capabilities.join(" ")}`)
    yield* client.until(/ CAP \S+ ACK /)
  }
  yield* client.send(`PASS secret-${nick}`, `NICK ${nick}`, "USER u 0 * :Somebody")
  if (capabilities.length > 0) yield* client.send("CAP END")
  yield* client.until(/ 422 | 376 /)
  return client
})
