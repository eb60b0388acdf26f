/** Which of the servers in this network to talk to. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Readline from "node:readline/promises"
import { printTable } from "../table.ts"
import { userError } from "../userError.ts"
import { look, type Server } from "../announced.ts"

/** The only one there is; of several, the one that is chosen on the terminal. */
export const choose = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const servers = yield* look(Duration.seconds(2), undefined)
  const [first, ...others] = servers
  if (first !== undefined && others.length === 0) return first.address
  yield* printTable(
    ["", "NAME", "ADDRESS", "TLS"],
    servers.map(({ address, name, tls }, index) => [String(index + 1), name, address, tls]),
  )
  if (!(yield* stdio.stdinIsTerminal)) return yield* userError("there are several: give the address of one")
  return yield* ask(servers)
})

const ask = (servers: ReadonlyArray<Server>) =>
  Effect.flatMap(
    Effect.promise(async (signal) => {
      const reader = Readline.createInterface({ input: process.stdin, output: process.stderr })
      try {
        return await reader.question(`Which one? 1 to ${servers.length}: `, { signal })
      } finally {
        reader.close()
      }
    }),
    (answer) => {
      const server = servers[Number(answer.trim()) - 1]
      return server === undefined
        ? userError(`there is no server ${answer.trim()} in the list`)
        : Effect.succeed(server.address)
    },
  )
