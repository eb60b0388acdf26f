/** The service as a process. Loads everything a server needs, so it is imported only to run one. */
import "effect/schema/SchemaJITCompiler/enable"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import * as Address from "../../client/Address.ts"
import * as Logging from "../../observability/Logging.ts"
import { ChatServer } from "../../server/ChatServer.ts"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import { hardStop } from "./hardStop.ts"

/** The address argument with which a client on this machine reaches the service; empty where it needs none. */
const toReach = ({ host, port }: Address.Address): string => {
  const everywhere = host === "0.0.0.0" || host === "::"
  if (port === Address.local.port && (everywhere || host === Address.local.host)) return ""
  return everywhere ? `:${port} ` : `${Address.format({ host, port })} `
}

/** Where the service keeps its data, for the greeting. */
const keeping = ({ data, storage }: ServerSettings): string => {
  switch (storage.kind) {
    case "sqlite":
      return `keeps its data in ${path.resolve(data)}`
    case "postgres":
      return "keeps its data in Postgres"
    case "memory":
      return "keeps its data in memory: all of it is gone when it ends"
  }
}

const greeting = (address: Address.Address, settings: ServerSettings): string => {
  const chat = (name: string) => `\`npx natter chat ${toReach(address)}--name ${name}\``
  return `Natter listens on ${Address.format(address)} and ${keeping(settings)}. Talk from two other terminals: ${chat("ann")} and ${chat("bob")}`
}

/** Runs the service until it is interrupted; then it drains. */
export const service = (settings: ServerSettings) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { address } = yield* ChatServer
      yield* Console.log(greeting(address, settings))
      // Closed before the server is, so this runs when the drain begins.
      yield* Effect.addFinalizer(() => hardStop(settings.shutdown.hardStop))
    }),
  ).pipe(
    Layer.provide(ChatServer.layer(settings)),
    Layer.launch,
    Effect.onInterrupt(() =>
      Effect.sync(() => {
        process.exitCode = 0
      }),
    ),
    Effect.provide(Logging.layer(settings.log)),
  )
