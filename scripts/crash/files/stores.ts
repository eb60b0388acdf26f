// Files on the stores of a service, in a folder, without the service around them.
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Layer from "effect/Layer"
import { ChannelId } from "../../../src/domain/ChannelId.ts"
import { UserId } from "../../../src/domain/User.ts"
import * as Files from "../../../src/files/Files.ts"
import { defaults as fileDefaults, FileSettings } from "../../../src/files/FileSettings.ts"
import { defaults, type ServerSettings } from "../../../src/server/ServerSettings.ts"
import { storesLayer } from "../../../src/server/Storage.ts"

export const channel = ChannelId.make("den-1")
export const user = UserId.make("ann")

export const storesIn = (data: string) => storesLayer({ ...defaults, data })

export const filesOn = (settings: ServerSettings) =>
  Files.layer.pipe(
    Layer.provideMerge(storesLayer(settings)),
    Layer.provide(NodeCrypto.layerSecureRandom),
    Layer.provide(Layer.succeed(FileSettings, { ...fileDefaults, quota: Number.MAX_SAFE_INTEGER, uploads: 1000 })),
  )

export const filesIn = (data: string) => filesOn({ ...defaults, data })
