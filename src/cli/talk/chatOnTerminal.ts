/** What `natter chat` does on a terminal. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Option from "effect/Option"
import * as References from "effect/References"
import { format } from "../../client/Address.ts"
import * as Client from "../../client/Client.ts"
import * as Tcp from "../../client/transport/Tcp.ts"
import type { ChatOptions } from "../../terminal/Chat.ts"
import { capabilitiesOf, type Theme } from "../../terminal/view/Capabilities.ts"
import type { SignInFlags } from "../connectionFlags.ts"
import { explained } from "../userError.ts"
import * as Identity from "../identity.ts"

/** The arguments and flags of `natter chat`. */
export interface ChatFlags extends SignInFlags {
  readonly address: Option.Option<string>
  readonly channels: ReadonlyArray<string>
  readonly theme: Theme | "auto"
}

/** The terminal view is large: it is loaded while the password is typed and the connection is made. */
const load = () => {
  // Without this, React runs checks for its developers, which take time and memory.
  process.env["NODE_ENV"] ??= "production"
  return import("../../terminal/Chat.ts")
}

/** Runs until the user leaves, or reconnecting makes no sense. */
export const run = Effect.fnUntraced(
  function* (given: ChatFlags & Pick<ChatOptions, "channels">) {
    const address = yield* Identity.addressOf(given.address)
    const loading = yield* Effect.forkScoped(Effect.promise(load))
    const credentials = yield* Identity.credentials(given, address)
    const arriving = yield* Effect.forkScoped(Client.make({ credentials }).pipe(Effect.provide(Tcp.layer(address))))
    const Chat = yield* Fiber.join(loading)
    yield* explained(address)(
      Chat.run({
        address: format(address),
        capabilities: capabilitiesOf(process.env, given.theme),
        channels: given.channels,
        client: Fiber.join(arriving),
      }),
    )
  },
  Effect.scoped,
  // Log lines would be written over what is drawn.
  Effect.provideService(References.MinimumLogLevel, "None"),
)
