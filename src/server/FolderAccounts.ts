// Apart from the service, so that administering accounts loads none.
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Layer from "effect/Layer"
import { Accounts } from "../accounts/Accounts.ts"
import { LoginThrottle } from "../accounts/LoginThrottle.ts"
import { PasswordHash } from "../accounts/PasswordHash.ts"
import { DataFolder } from "../storage/DataFolder.ts"
import * as SqlAccounts from "../storage/SqlAccounts.ts"
import * as Sqlite from "../storage/Sqlite.ts"
import type { ServerSettings } from "./ServerSettings.ts"

const crypto = Layer.mergeAll(NodeCrypto.layerKdf, NodeCrypto.layerSecureRandom, NodeCrypto.layerDigest)
const files = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

/** The data folder, which is made if it is not there. */
export const folderLayer = (data: string) => DataFolder.layer(data).pipe(Layer.provide(files))

/** The accounts of a data folder, which is made if it is not there. Also what the command line administers. */
export const accountsLayer = (settings: Pick<ServerSettings, "data" | "accounts" | "logins">) =>
  Accounts.layer.pipe(
    Layer.provide(SqlAccounts.layer.pipe(Layer.provide(Sqlite.layer()), Layer.provide(folderLayer(settings.data)))),
    Layer.provide([PasswordHash.layer, LoginThrottle.layer]),
    Layer.provide([
      crypto,
      Layer.succeed(Accounts.Settings, settings.accounts),
      Layer.succeed(LoginThrottle.Settings, settings.logins),
    ]),
  )
