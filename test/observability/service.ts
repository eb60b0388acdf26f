/** A whole service, as an operator runs it, on stores of the test's choice. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { PasswordHash } from "../../src/accounts/PasswordHash.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import type { FileRecords } from "../../src/files/FileRecords.ts"
import type { FileStore } from "../../src/files/FileStore.ts"
import { History } from "../../src/history/History.ts"
import { ChatServer } from "../../src/server/ChatServer.ts"
import { accountsOn } from "../../src/server/Storage.ts"
import { defaults, type ServerSettings } from "../../src/server/ServerSettings.ts"

const cheapHashes = Layer.succeed(PasswordHash.Settings, {
  memory: 64,
  passes: 1,
  parallelism: 1,
  atOnce: 2,
  maxWaiting: 256,
})

/** On a free port of this machine, with these groups of settings in place of the defaults. */
const settingsWith = (groups: Partial<ServerSettings> = {}): ServerSettings => ({
  ...defaults,
  tcp: { ...defaults.tcp, port: 0 },
  accounts: { ...defaults.accounts, registrations: undefined },
  hub: { ...defaults.hub, publishing: undefined, operations: undefined },
  // Tests end with clients that do not read.
  session: { ...defaults.session, goodbyeTimeout: Duration.millis(250) },
  ...groups,
})

const silent = Layer.succeed(References.MinimumLogLevel, "None")
export const quietly = Effect.provideService(References.MinimumLogLevel, "None")

/** With everything in memory, unless something else is given. */
export const inMemory = (
  groups: Partial<ServerSettings> = {},
  stores: {
    readonly history?: Layer.Layer<History>
    readonly accounts?: Layer.Layer<AccountStore>
    /** Default: none are taken. */
    readonly files?: Layer.Layer<FileStore | FileRecords>
  } = {},
) =>
  ChatServer.layerOn(settingsWith(groups)).pipe(
    Layer.provide([
      stores.history ?? History.layerMemory,
      stores.accounts ?? AccountStore.layerMemory,
      ChannelStore.layerMemory,
      cheapHashes,
    ]),
    Layer.provide(stores.files ?? Layer.empty),
    Layer.provide(silent),
    Layer.fresh,
  )

/** What a service on this store would know of accounts. */
export const accountsOver = (store: Layer.Layer<AccountStore>) =>
  accountsOn(settingsWith()).pipe(Layer.provide([store, cheapHashes, silent]), Layer.fresh)

/** As the settings say. */
export const whole = (groups: Partial<ServerSettings>) =>
  ChatServer.layer(settingsWith(groups)).pipe(Layer.provide([cheapHashes, silent]), Layer.fresh)
