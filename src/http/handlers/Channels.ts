import * as Effect from "effect/Effect"
import type { ChatShape } from "../../chat/Chat.ts"
import * as operations from "../../chat/operations.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import * as render from "../../protocol/v2/render.ts"
import { root } from "../api/Api.ts"
import type { Channels } from "../api/Channels.ts"
import { ask, type HandlersOf, nothing } from "../Handler.ts"
import { fieldsOf } from "./fieldsOf.ts"

export const pathOf = (channel: string): string => `${root}/channels/${encodeURIComponent(channel)}`

export const channels = (chat: ChatShape): HandlersOf<typeof Channels> => ({
  list: ask(
    chat,
    operations.listChannels,
    ({ query }) => query,
    (page) => ({ body: fieldsOf(render.channels(undefined, page)) }),
  ),
  create: ask(
    chat,
    operations.createChannel,
    ({ payload }) => payload,
    (_, { payload: { channel } }) => ({ body: { channel }, headers: { Location: pathOf(channel) } }),
  ),
  describe: ask(
    chat,
    operations.describe,
    ({ params }) => params,
    (description, { params: { channel } }) => ({ body: fieldsOf(render.channelInfo(undefined, channel, description)) }),
  ),
  configure: Object.assign(
    ({ asker: { caller }, params: { channel }, payload }: Parameters<HandlersOf<typeof Channels>["configure"]>[0]) =>
      Effect.gen(function* () {
        const { name, slow_mode: slowMode, topic, ...options } = payload
        // Where nothing is given, there is nothing to configure, which is asked as through the other doors.
        const configures = slowMode !== undefined || Object.keys(options).length > 0 || (topic ?? name) === undefined
        const configuring = (called: ChannelName) =>
          configures ? operations.configure(chat, caller, { channel: called, slowMode, ...options }) : Effect.void
        // In the archive nothing else is changed any more.
        if (options.archived !== true) yield* configuring(channel)
        if (topic !== undefined) yield* operations.setTopic(chat, caller, { channel, topic })
        if (name !== undefined) yield* operations.renameChannel(chat, caller, { channel, name })
        if (options.archived === true) yield* configuring(name ?? channel)
        return name === undefined ? nothing : { ...nothing, headers: { Location: pathOf(name) } }
      }),
    { kind: operations.configure.kind },
  ),
  delete: ask(chat, operations.deleteChannel, ({ params }) => params),
  members: ask(
    chat,
    operations.listPresent,
    ({ params }) => params,
    ({ count, members }) => ({ body: { count, members } }),
  ),
  audit: ask(
    chat,
    operations.audit,
    ({ params, query }) => ({ ...params, ...query }),
    (page, { params: { channel } }) => ({ body: fieldsOf(render.auditLog(undefined, channel, page)) }),
  ),
})
