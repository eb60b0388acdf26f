import * as Effect from "effect/Effect"
import type { ChatShape } from "../../chat/Chat.ts"
import * as operations from "../../chat/operations.ts"
import type { OperationKind } from "../../chat/RateLimits.ts"
import type { Receipt } from "../../chat/Receipt.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { before, type Seq } from "../../domain/Seq.ts"
import type { Page } from "../../history/HistoryShape.ts"
import * as render from "../../protocol/v2/render.ts"
import type { Messages } from "../api/Messages.ts"
import { ask, type Asker, type HandlersOf } from "../Handler.ts"
import { Representation } from "../Representation.ts"
import { messageId } from "../Ids.ts"
import { pathOf } from "./Channels.ts"
import { fieldsOf } from "./fieldsOf.ts"

interface Posting {
  readonly asker: Asker
  readonly params: { readonly channel: ChannelName }
  readonly headers: { readonly "idempotency-key"?: string }
}

/** What an operation calls the target is the number in the path here. */
const asInPath = (error: RequestError): RequestError =>
  error.field === "target" ? new RequestError({ ...error, field: "seq" }) : error

/** Posts under the client's id, or under one that is made for it. */
const posting = <Req extends Posting, Asked>(
  chat: ChatShape,
  freshId: () => string,
  operation: ((chat: ChatShape, caller: Asker["caller"], asked: Asked) => Effect.Effect<Receipt, RequestError>) & {
    readonly kind: OperationKind
  },
  asked: (request: Req, id: MessageId) => NoInfer<Asked>,
  headers: (channel: ChannelName, seq: Seq) => Readonly<Record<string, string>> = () => ({}),
) =>
  Object.assign(
    (request: Req) => {
      const { asker, params, headers: given } = request
      const { channel } = params
      const key = given["idempotency-key"]
      const id = key === undefined ? MessageId.make(freshId()) : messageId(key)
      return Effect.mapBoth(operation(chat, asker.caller, asked(request, id)), {
        onSuccess: ({ durability, seq, timestamp }) => ({
          body: { channel, id, seq, timestamp, durability },
          headers: headers(channel, seq),
        }),
        onFailure: asInPath,
      })
    },
    { kind: operation.kind },
  )

/** Pages that were lately read, as they were said: many read the same, above all the latest. */
const lately = new WeakMap<Page, { readonly channel: ChannelName; readonly representation: Representation<PageBody> }>()

type PageBody = Omit<ReturnType<typeof render.historyPage>, "type" | "ref">

/** Some call the channel otherwise, if it is a direct conversation. */
const pageAs = (channel: ChannelName, page: Page): Representation<PageBody> => {
  const known = lately.get(page)
  if (known?.channel === channel) return known.representation
  const fresh = Representation.json(fieldsOf(render.historyPage(undefined, channel, page)))
  lately.set(page, { channel, representation: fresh })
  return fresh
}

export const messages = (chat: ChatShape, freshId: () => string): HandlersOf<typeof Messages> => ({
  page: ask(
    chat,
    operations.page,
    ({ params, query }) => ({ ...params, ...query }),
    (page, { params: { channel } }) => ({ representation: pageAs(channel, page) }),
  ),
  publish: posting(
    chat,
    freshId,
    operations.publish,
    ({ params, payload: { reply_to: replyTo, ...said } }, id) => ({ ...params, ...said, replyTo, id }),
    (channel, seq) => ({ Location: `${pathOf(channel)}/messages/${seq}` }),
  ),
  get: Object.assign(
    ({ asker: { caller }, params: { channel, seq } }: Parameters<HandlersOf<typeof Messages>["get"]>[0]) =>
      Effect.flatMap(operations.page(chat, caller, { channel, after: before(seq), limit: 1 }), ({ entries: [entry] }) =>
        entry?.seq === seq
          ? Effect.succeed({ body: render.pastEntry(entry) })
          : Effect.fail(new RequestError({ reason: "NoSuchMessage", field: "seq" })),
      ),
    { kind: operations.page.kind },
  ),
  edit: posting(chat, freshId, operations.editMessage, ({ params: { channel, seq }, payload }, id) => ({
    channel,
    id,
    target: seq,
    ...payload,
  })),
  delete: posting(chat, freshId, operations.deleteMessage, ({ params: { channel, seq } }, id) => ({
    channel,
    id,
    target: seq,
  })),
  react: posting(chat, freshId, operations.react, ({ params: { channel, reaction, seq } }, id) => ({
    channel,
    id,
    target: seq,
    reaction,
    on: true,
  })),
  unreact: posting(chat, freshId, operations.react, ({ params: { channel, reaction, seq } }, id) => ({
    channel,
    id,
    target: seq,
    reaction,
    on: false,
  })),
  search: ask(
    chat,
    operations.search,
    ({ query }) => query,
    (result) => ({ body: fieldsOf(render.searchResult(undefined, result)) }),
  ),
})
