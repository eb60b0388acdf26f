/** What `natter chat` does on a terminal. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as Address from "../../client/Address.ts"
import * as Client from "../../client/Client.ts"
import type { Credentials } from "../../client/Credentials.ts"
import * as ClientState from "../../client/ClientState.ts"
import * as NodeDialer from "../../client/transport/NodeDialer.ts"
import type { ServerOptions } from "../../terminal/Chat.ts"
import { capabilitiesOf, type Theme } from "../../terminal/view/Capabilities.ts"
import type { SignInFlags } from "../connectionFlags.ts"
import * as Profiles from "../profiles.ts"
import { explained, userError } from "../userError.ts"
import * as Identity from "../identity.ts"
import * as ServiceHttp from "../serviceHttp.ts"
import { tlsOptions } from "../tls.ts"
import { ofServer } from "../../terminal/Settings.ts"
import { ChannelName, lobby } from "../../domain/ChannelName.ts"
import * as KeptNames from "./keptNames.ts"
import { localFiles } from "./localFiles.ts"
import { write } from "./draftEditor.ts"
import { settingsFile } from "./settingsFile.ts"

/** The arguments and flags of `natter chat`. */
export interface ChatFlags extends SignInFlags {
  readonly address: Option.Option<string>
  readonly channels: ReadonlyArray<string>
  /** Further servers in the same window. */
  readonly also: ReadonlyArray<string>
  /** Whether the wheel scrolls. */
  readonly mouse: boolean
  readonly theme: Theme | "auto"
  readonly reconnect: boolean
  /** The folder into which files are saved. */
  readonly downloads: string
}

/** The terminal view is large: it is loaded while the password is typed and the connection is made. */
const load = () => {
  // Without this, React runs checks for its developers, which take time and memory.
  process.env["NODE_ENV"] ??= "production"
  return import("../../terminal/Chat.ts")
}

const isChannelName = Schema.is(ChannelName)

/** Begins to sign in at a server, in the channels that are named, or else in those in which one was last. */
const serverOf = Effect.fnUntraced(function* (
  given: ChatFlags,
  address: Address.Address,
  credentials: Credentials,
  named: ReadonlyArray<string>,
) {
  const tls = yield* tlsOptions(given, address)
  const target = ServiceHttp.targetOf(address)
  const waiting = yield* SubscriptionRef.make<ClientState.ClientState>(ClientState.initial)
  const asking = Deferred.makeUnsafe<Effect.Effect<Redacted.Redacted>>()
  let username = "username" in credentials ? credentials.username : undefined
  const arriving = yield* Effect.forkScoped(
    Client.make({
      credentials,
      onToken: yield* Identity.keeper(address, credentials),
      patience: given.reconnect ? Client.forEver : undefined,
      // The screen asks, and what was not sent stays on it.
      signInAgain: () =>
        Effect.map(Effect.flatten(Deferred.await(asking)), (password) =>
          username === undefined ? undefined : { username, password },
        ),
      onWaiting: (state) => SubscriptionRef.set(waiting, state),
    }).pipe(Effect.provide(NodeDialer.layer(address, tls))),
  )
  const left = yield* KeptNames.channels(address)
  const [channel = lobby, ...others] = named.length > 0 ? named : left.names.filter(isChannelName)
  const server: ServerOptions = {
    address: Address.format(address),
    channels: [channel, ...others],
    client: Effect.tap(Fiber.join(arriving), (client) =>
      Effect.map(client.state, (state) => {
        if (state._tag === "Online") username = state.username
      }),
    ),
    ignoring: yield* KeptNames.ignored(address),
    keepChannels: named.length > 0 ? undefined : left.keep,
    page: target.socketPath === undefined ? ServiceHttp.show(target) : undefined,
    onAsk: (ask) => void Deferred.doneUnsafe(asking, Exit.succeed(ask)),
    waiting: SubscriptionRef.changes(waiting),
  }
  return server
})

/** Runs until the user leaves, or reconnecting makes no sense. */
export const run = Effect.fnUntraced(
  function* (given: ChatFlags) {
    const address = yield* Identity.addressOf(given.address)
    const kept = yield* settingsFile(process.env)
    /** Those that are wanted at a server: on the command line, or else each time. Where there are none one is where one was. */
    const channelsOf = (address: Address.Address, named: ReadonlyArray<string>): ReadonlyArray<string> =>
      named.length > 0 ? named : (ofServer(kept.settings, Address.format(address)).autojoin ?? [])
    const loading = yield* Effect.forkScoped(Effect.promise(load))
    const credentials = yield* Identity.credentials(given, address)
    const also = yield* Effect.forEach(given.also, (text) =>
      Effect.gen(function* () {
        const address = yield* Identity.parseAddress(text)
        return { address, credentials: yield* Identity.kept(address) }
      }),
    )
    const keys = [address, ...also.map(({ address }) => address)].map(Profiles.key)
    const twice = keys.find((key, at) => keys.indexOf(key) !== at)
    if (twice !== undefined) return yield* userError(`${twice} is given twice: leave one out`)
    const first = yield* serverOf(given, address, credentials, channelsOf(address, given.channels))
    // The certificate that was named is for the first.
    const bare = { ...given, ca: Option.none(), cert: Option.none(), key: Option.none() }
    const others = yield* Effect.forEach(also, ({ address, credentials }) =>
      serverOf(bare, address, credentials, channelsOf(address, [])),
    )
    const Chat = yield* Fiber.join(loading)
    yield* explained(address)(
      Chat.run({
        servers: [first, ...others],
        capabilities: capabilitiesOf(process.env, given.theme),
        files: localFiles(given.downloads),
        keepSetting: kept.keep,
        mouse: given.mouse,
        // What is said on the command line comes first.
        settings: given.theme === "auto" ? kept.settings : { ...kept.settings, theme: given.theme },
        settingsTrouble: kept.trouble,
        write: write(process.env),
        typed: (yield* Identity.variable("NATTER_PASSWORD")) === undefined,
      }),
    )
  },
  Effect.scoped,
  // Log lines would be written over what is drawn.
  Effect.provideService(References.MinimumLogLevel, "None"),
)
