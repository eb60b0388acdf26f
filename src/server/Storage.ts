/** Where the service keeps things. Apart from the service, so that administering accounts loads none. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { MessagePort } from "node:worker_threads"
import { Accounts } from "../accounts/Accounts.ts"
import { AccountStore } from "../accounts/AccountStore.ts"
import { LoginThrottle } from "../accounts/LoginThrottle.ts"
import { PasswordHash } from "../accounts/PasswordHash.ts"
import { KeptClients } from "../accounts/KeptClients.ts"
import { SigningKeys } from "../accounts/SigningKeys.ts"
import { ChannelStore } from "../channels/ChannelStore.ts"
import { FileRecords } from "../files/FileRecords.ts"
import { FileStore } from "../files/FileStore.ts"
import { Epochs } from "../history/Epochs.ts"
import { History } from "../history/History.ts"
import { HistorySettings } from "../history/HistorySettings.ts"
import * as Database from "../storage/Database.ts"
import { DataFolder } from "../storage/DataFolder.ts"
import { type FolderInUse, hold, type LockFileError } from "../storage/FolderLock.ts"
import * as SqlAccounts from "../storage/SqlAccounts.ts"
import * as SqlChannels from "../storage/SqlChannels.ts"
import * as FolderFileStore from "../storage/FolderFileStore.ts"
import * as S3FileStore from "../storage/S3FileStore.ts"
import * as SqlFileRecords from "../storage/SqlFileRecords.ts"
import * as SqlEpochs from "../storage/SqlEpochs.ts"
import * as SqlHistory from "../storage/SqlHistory.ts"
import * as SqlWebhooks from "../storage/SqlWebhooks.ts"
import { WebhookStore } from "../webhooks/WebhookStore.ts"
import * as StorePing from "../storage/StorePing.ts"
import * as SqlKeptClients from "../storage/SqlKeptClients.ts"
import * as SqlSigningKeys from "../storage/SqlSigningKeys.ts"
import type { PostgresError } from "../storage/PostgresError.ts"
import type { DatabaseError } from "../storage/Sqlite.ts"
import type { DatabaseInUse } from "../storage/Ownership.ts"
import { filesAreApart, type ServerSettings } from "./ServerSettings.ts"

const crypto = Layer.mergeAll(NodeCrypto.layerKdf, NodeCrypto.layerSecureRandom, NodeCrypto.layerDigest)
const files = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

/** The data folder, which is made if it is not there. */
const folderLayer = (data: string) => DataFolder.layer(data).pipe(Layer.provide(files))

const database = (storage: ServerSettings["storage"]): Database.AnyDatabase => {
  switch (storage.kind) {
    case "postgres":
      return Database.postgres(storage.postgres)
    case "sqlite":
    // Only the command line asks here for what is in memory, which was gone with its process: it finds the folder's.
    case "memory":
      return Database.sqlite(storage.sqlite)
  }
}

const databaseLayer = ({ data, storage }: Pick<ServerSettings, "data" | "storage">) =>
  database(storage).pipe(Layer.provide(folderLayer(data)))

/** Of a service: nobody else's, until the layer closes, but of its other nodes. */
const ownDatabase = ({
  cluster,
  data,
  storage,
}: Pick<ServerSettings, "cluster" | "data" | "storage">): Layer.Layer<
  Layer.Success<Database.AnyDatabase>,
  Layer.Error<Database.AnyDatabase> | DatabaseInUse | FolderInUse | LockFileError
> => {
  const folder = folderLayer(data)
  if (storage.kind !== "postgres") return Layer.provide(Database.sqliteAlone(storage.sqlite), folder)
  const { startTimeout, url } = storage.postgres
  return Database.postgres(storage.postgres).pipe(
    Layer.provideMerge(Database.holdPostgres({ url, waitFor: startTimeout, shared: cluster.enabled })),
    Layer.provide(Layer.provide(Layer.effectDiscard(hold), folder)),
  )
}

/** Where the bytes of files are. */
const fileStoreLayer = ({ data, fileStore }: Pick<ServerSettings, "data" | "fileStore">) => {
  switch (fileStore.kind) {
    case "folder":
      return fileStore.folder === ""
        ? FolderFileStore.layer.pipe(Layer.provide([folderLayer(data), files]))
        : FolderFileStore.layerIn(fileStore.folder).pipe(Layer.provide(files))
    case "s3":
      return S3FileStore.layer(fileStore.s3)
  }
}

/** Files, and which there are, for the command line, whether a service runs on them or not. */
export const filesLayer = (settings: Pick<ServerSettings, "data" | "fileStore" | "storage">) =>
  Layer.mergeAll(SqlFileRecords.layer.pipe(Layer.provide(databaseLayer(settings))), fileStoreLayer(settings))

/** All that is kept. Where it is in a folder or a database, that is this service's alone until the layer closes. */
export const storesLayer = (
  settings: Pick<ServerSettings, "cluster" | "data" | "fileStore" | "history" | "storage">,
) => {
  const history = Layer.succeed(HistorySettings, settings.history)
  if (settings.storage.kind === "memory") {
    return Layer.mergeAll(
      AccountStore.layerMemory,
      SigningKeys.layerMemory,
      KeptClients.layerMemory,
      ChannelStore.layerMemory,
      WebhookStore.layerMemory,
      FileStore.layerMemory,
      FileRecords.layerMemory,
      Epochs.layerMemory,
      History.layerMemory.pipe(Layer.provide(history)),
    )
  }
  return Layer.mergeAll(
    SqlAccounts.layer,
    SqlSigningKeys.layer,
    SqlKeptClients.layer,
    SqlChannels.layer,
    SqlWebhooks.layer,
    StorePing.layer,
    SqlFileRecords.layer,
    SqlEpochs.layer,
    filesAreApart(settings) ? Layer.empty : fileStoreLayer(settings),
    SqlHistory.layer.pipe(Layer.provide(history)),
  ).pipe(Layer.provideMerge(ownDatabase(settings)))
}

/**
 * The same in another thread of a service that has its storage open: `port` leads to the database where that is SQLite's, and
 * there are a few connections to one of Postgres. Nobody waits for webhooks here.
 */
export const joinedStoresLayer = (
  settings: Pick<ServerSettings, "data" | "fileStore" | "history" | "storage">,
  port: Effect.Effect<MessagePort, { readonly message: string }>,
) => {
  const { data, storage } = settings
  const database: Layer.Layer<Layer.Success<Database.AnyDatabase>, PostgresError | DatabaseError> = storage.kind ===
  "postgres"
    ? Database.postgres({ ...storage.postgres, maxConnections: connectionsOfOne(storage.postgres) })
    : Database.sqliteJoined(data, port)
  return Layer.mergeAll(
    SqlAccounts.layer,
    SqlSigningKeys.layer,
    SqlKeptClients.layer,
    SqlChannels.layer,
    StorePing.layer,
    SqlFileRecords.layer,
    fileStoreLayer(settings),
    SqlHistory.layer.pipe(Layer.provide(Layer.succeed(HistorySettings, settings.history))),
  ).pipe(Layer.provideMerge(database))
}

/** Of a thread that reads now and then, beside the one that has the channels. */
const connectionsOfOne = ({ maxConnections }: ServerSettings["storage"]["postgres"]): number =>
  Math.max(1, Math.min(4, Math.floor(maxConnections / 2)))

/** The accounts of a store. */
export const accountsOn = (settings: Pick<ServerSettings, "accounts" | "logins">) =>
  Accounts.layer.pipe(
    Layer.provide([PasswordHash.layer, LoginThrottle.layer]),
    Layer.provide([
      crypto,
      Layer.succeed(Accounts.Settings, settings.accounts),
      Layer.succeed(LoginThrottle.Settings, settings.logins),
    ]),
  )

/** What the command line administers, whether a service runs on it or not. */
export const accountsLayer = (settings: Pick<ServerSettings, "accounts" | "data" | "logins" | "storage">) =>
  accountsOn(settings).pipe(Layer.provide(SqlAccounts.layer), Layer.provide(databaseLayer(settings)))
