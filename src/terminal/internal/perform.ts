import * as Effect from "effect/Effect"
import type { Client } from "../../client/Client.ts"
import type { Absence } from "../../client/Reconnect.ts"
import type { RequestError } from "../../protocol/RequestError.ts"
import type { Action, Intent } from "../Action.ts"

/** What the client is asked for. */
export type Errand = Exclude<Intent, { readonly _tag: "Quit" | "Title" | "Notify" }>

/** A server that has no conversations of two does not know what such a name means. */
const whyNot = (channel: string, { message, reason }: RequestError | Absence): string =>
  channel.startsWith("@") && (reason === "InvalidFrame" || reason === "NotSupported")
    ? "this server has no direct conversations"
    : message

/** Does it, and tells what came of it. */
export const perform = (client: Client, errand: Errand, dispatch: (action: Action) => void): Effect.Effect<void> => {
  const told = (action: Action) => Effect.sync(() => dispatch(action))
  const orRefused = <A, E extends { readonly message: string }>(asked: Effect.Effect<A, E>) =>
    Effect.catch(Effect.asVoid(asked), ({ message }) => told({ _tag: "Refused", why: message }))

  switch (errand._tag) {
    case "Publish": {
      const { channel, content, id } = errand
      return Effect.matchEffect(client.publish(channel, content, id), {
        onSuccess: () => told({ _tag: "Published", channel, id }),
        onFailure: ({ message }) => told({ _tag: "NotPublished", channel, id, why: message }),
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
    case "Retry":
      return client.retry
  }
}
