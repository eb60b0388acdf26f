/** A server to fuzz in this process, of which it can be seen what is left when everybody has gone. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { setTimeout as sleep } from "node:timers/promises"
import * as v8 from "node:v8"
import * as vm from "node:vm"
import { TestServer } from "../../src/testing/TestServer.ts"
import type { Target } from "./socket.ts"

export interface HttpServer {
  readonly target: Target
  /** Of somebody who has signed in. */
  readonly token: string
  /** What is left of those who have gone, in a sentence; undefined where nothing is. */
  readonly left: () => Promise<string | undefined>
}

/** Time for what has ended to be gone, in milliseconds. */
const patience = 5000

/** Bytes by which the memory may be more than it was after the first look: caches fill. */
const mayGrow = 64 * 1024 * 1024

const collect = (() => {
  v8.setFlagsFromString("--expose-gc")
  return vm.runInNewContext("gc") as () => void
})()

/** Runs it as long as this takes. */
export const httpServer = <A>(use: (server: HttpServer) => Promise<A>): Promise<A> => {
  let first: number | undefined
  const leftOf =
    ({ limits, sessions }: TestServer["Service"]) =>
    async (): Promise<string | undefined> => {
      const open = () => limits.open() + limits.requests.taken + limits.requests.refusing + sessions.count()
      for (let waited = 0; open() > 0 && waited < patience; waited += 10) await sleep(10)
      if (open() > 0) {
        return `nobody is there, and open are ${limits.open()} connections, ${limits.requests.taken} for requests and ${sessions.count()} sessions`
      }
      collect()
      const { heapUsed } = process.memoryUsage()
      first ??= heapUsed
      return heapUsed > first + mayGrow ? `the heap has grown from ${first} to ${heapUsed} bytes` : undefined
    }
  const used = Effect.gen(function* () {
    const server = yield* TestServer
    const user = yield* server.accounts.add({
      name: "fuzz",
      password: Redacted.make("a long password"),
      role: "member",
    })
    const { token } = yield* server.accounts.issueToken(user)
    const given = { target: server.address!, token: Redacted.value(token), left: leftOf(server) }
    return yield* Effect.promise(() => use(given))
  })
  // Who has broken off is gone at once.
  const layer = TestServer.layerTcp({ hub: { publishing: undefined }, sse: { resume: Duration.zero } })
  return Effect.runPromise(Effect.orDie(Effect.provide(used, layer)))
}
