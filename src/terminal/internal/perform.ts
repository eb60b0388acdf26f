import * as Effect from "effect/Effect"
import type { Client } from "../../client/Client.ts"
import type { ConnectionFailure } from "../../client/Reconnect.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Action, Administration, Intent } from "../Action.ts"
import { explained } from "./advice.ts"

/** What the client is asked for. */
export type Errand = Exclude<Intent, { readonly _tag: "Quit" | "Title" | "Notify" }>

/** A server that has no conversations of two does not know what such a name means. */
const whyNot = (channel: string, error: RequestError | ConnectionFailure): string =>
  channel.startsWith("@") && (error.reason === "InvalidFrame" || error.reason === "NotSupported")
    ? "this server has no direct conversations"
    : explained(error)

/** Messages on a page of what was said before. */
const pageSize = 100

const administer = (client: Client, [name, ...args]: Administration) =>
  // The arguments are those of the request of this name.
  (client[name] as (...args: ReadonlyArray<unknown>) => ReturnType<Client["kick"]>)(...args)

/** Does it, and tells what came of it. */
export const perform = (client: Client, errand: Errand, dispatch: (action: Action) => void): Effect.Effect<void> => {
  const told = (action: Action) => Effect.sync(() => dispatch(action))
  const orRefused = <A, E extends { readonly message: string }>(asked: Effect.Effect<A, E>) =>
    Effect.catch(Effect.asVoid(asked), (error) => told({ _tag: "Refused", why: explained(error) }))

  switch (errand._tag) {
    case "Publish": {
      const { channel, content, id } = errand
      return Effect.matchEffect(client.publish(channel, content, id), {
        onSuccess: ({ seq }) => told({ _tag: "Published", channel, id, seq }),
        onFailure: (error) => told({ _tag: "NotPublished", channel, id, why: explained(error) }),
      })
    }
    case "Join":
      return Effect.catch(Effect.asVoid(client.join(errand.channel)), (error) =>
        told({ _tag: "NotJoined", channel: errand.channel, why: whyNot(errand.channel, error) }),
      )
    case "Leave":
      return orRefused(client.leave(errand.channel))
    case "Typing":
      return client.typing(errand.channel)
    case "SetTopic":
      return orRefused(client.setTopic(errand.channel, errand.topic))
    case "SetStatus":
      return orRefused(client.setStatus(errand.status, errand.text))
    case "ListChannels":
      return orRefused(Effect.tap(client.channels(), (page) => told({ _tag: "Channels", page })))
    case "Edit":
      return orRefused(client.edit(errand.channel, errand.target, errand.content))
    case "Delete":
      return orRefused(client.delete(errand.channel, errand.target))
    case "React":
      return orRefused(client.react(errand.channel, errand.target, errand.reaction, errand.on))
    case "History": {
      const { before, channel } = errand
      return Effect.matchEffect(client.history(channel, { before, limit: pageSize }), {
        onSuccess: (page) => told({ _tag: "History", channel, page }),
        // Nobody asked for it by name: a server that keeps nothing is no news.
        onFailure: (error) =>
          told({
            _tag: "NoHistory",
            channel,
            why: error.reason === "NotSupported" || error.reason === "NotMember" ? undefined : error.message,
          }),
      })
    }
    case "Read":
      // It is told again with what comes next.
      return Effect.ignore(client.read(errand.channel, errand.seq))
    case "ListUnread":
      return Effect.ignore(Effect.tap(client.unread, (channels) => told({ _tag: "Unread", channels })))
    case "Search":
      return orRefused(
        Effect.tap(client.search(errand.words), (result) => told({ _tag: "Found", words: errand.words, result })),
      )
    case "Describe":
      return orRefused(Effect.tap(client.describe(errand.channel), (info) => told({ _tag: "Described", info })))
    case "ListBlocked":
      return orRefused(Effect.tap(client.blocked, ({ usernames }) => told({ _tag: "Blocked", usernames })))
    case "Administer": {
      const { call, done } = errand
      return orRefused(Effect.andThen(administer(client, call), told({ _tag: "Administered", call, done })))
    }
    case "Retry":
      return client.retry
  }
}
