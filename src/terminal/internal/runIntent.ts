import * as Effect from "effect/Effect"
import type { Client } from "../../client/Client.ts"
import type { ConnectionFailure } from "../../client/Reconnect.ts"
import { catalog, type RequestError } from "../../domain/RequestError.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Action, Administration, FileIntent, Intent } from "../Action.ts"
import { explained } from "./advice.ts"
import { refused } from "./refused.ts"

/** The intents that are for the client. */
export type ClientIntent = Exclude<
  Intent,
  | FileIntent
  | {
      readonly _tag:
        | "Quit"
        | "Title"
        | "Redraw"
        | "Copy"
        | "KeepSetting"
        | "OpenEditor"
        | "ShowServer"
        | "ShowBare"
        | "Export"
        | "StopExport"
        | "Notify"
        | "SignIn"
        | "ListPaths"
        | "KeepChannels"
        | "KeepIgnored"
    }
>

/** A server without direct conversations does not understand such a name. */
const whyNot = (channel: string, error: RequestError | ConnectionFailure): string =>
  channel.startsWith("@") && (error.reason === "InvalidFrame" || error.reason === "NotSupported")
    ? "this server has no direct conversations"
    : error.reason === "Forbidden" && error.message === catalog.Forbidden.message
      ? "it is private: whoever owns it can /invite you"
      : explained(error)

/** Entries on a page of history. */
const pageSize = 100

const administer = (client: Client, [name, ...args]: Administration) =>
  // `Administration` pairs each name with the arguments of its method, which TypeScript cannot follow here.
  (client[name] as (...args: ReadonlyArray<unknown>) => ReturnType<Client["kick"]>)(...args)

/** Pages of channels that are asked for: more names nobody goes through. */
const maxPages = 5

const channelNames = Effect.fnUntraced(function* (client: Client) {
  const names: Array<string> = []
  let after: string | undefined
  for (let pages = 0; pages < maxPages; pages++) {
    const { channels, next } = yield* client.channels(after)
    names.push(...channels.map(({ channel }) => channel))
    if (next === undefined) break
    after = next
  }
  return names
})

/** Does it, and dispatches the outcome. */
export const runIntent = (
  client: Client,
  intent: ClientIntent,
  dispatch: (action: Action) => void,
): Effect.Effect<void> => {
  const report = (action: Action) => Effect.sync(() => dispatch(action))
  const orRefused = <A, E extends { readonly message: string }>(request: Effect.Effect<A, E>) =>
    Effect.catch(Effect.asVoid(request), (error) => report({ _tag: "Refused", why: refused(intent, error) }))

  switch (intent._tag) {
    case "Publish": {
      const { channel, content, file, id, replyTo } = intent
      return Effect.matchEffect(client.publish(channel, content, { id, file, replyTo }), {
        onSuccess: ({ seq }) => report({ _tag: "Published", channel, id, seq }),
        onFailure: (error) => report({ _tag: "NotPublished", channel, id, why: explained(error) }),
      })
    }
    case "Join":
      return Effect.catch(Effect.asVoid(client.join(intent.channel)), (error) =>
        report({ _tag: "NotJoined", channel: intent.channel, why: whyNot(intent.channel, error) }),
      )
    case "Leave":
      return orRefused(client.leave(intent.channel))
    case "Typing":
      return client.typing(intent.channel)
    case "SetTopic":
      return orRefused(client.setTopic(intent.channel, intent.topic))
    case "SetStatus":
      return orRefused(client.setStatus(intent.status, intent.text))
    case "ListChannels":
      return orRefused(Effect.tap(client.channels(), (page) => report({ _tag: "Channels", page })))
    case "FindChannels": {
      // What is not known is only not offered.
      const found = Effect.tap(channelNames(client), (names) => report({ _tag: "ChannelNames", names }))
      return Effect.ignore(found)
    }
    case "Edit":
      return orRefused(client.edit(intent.channel, intent.target, intent.content))
    case "Delete":
      return orRefused(client.delete(intent.channel, intent.target))
    case "React":
      return orRefused(client.react(intent.channel, intent.target, intent.reaction, intent.on))
    case "History": {
      const { before, channel } = intent
      return Effect.matchEffect(client.history(channel, { before, limit: pageSize }), {
        onSuccess: (page) => report({ _tag: "History", channel, page }),
        // The user did not ask for it, so a server that keeps no history is no error to show.
        onFailure: (error) =>
          report({
            _tag: "NoHistory",
            channel,
            why: error.reason === "NotSupported" || error.reason === "NotMember" ? undefined : error.message,
          }),
      })
    }
    case "Read":
      // A marker that was lost is sent again with the next message.
      return Effect.ignore(client.read(intent.channel, intent.seq))
    case "ListUnread":
      return Effect.ignore(Effect.tap(client.unread, (channels) => report({ _tag: "Unread", channels })))
    case "Search":
      return orRefused(
        Effect.tap(client.search(intent.words), (result) =>
          report({ _tag: "SearchResult", words: intent.words, result }),
        ),
      )
    case "Around": {
      const { channel, seq } = intent
      const limit = pageSize / 2
      const around = Effect.all({
        before: client.history(channel, { before: Seq.next(seq), limit }),
        after: client.history(channel, { after: seq, limit }),
      })
      // What is unread is found where one is not, too.
      const entered = Effect.catchIf(
        around,
        (error) => error.reason === "NotMember",
        () => Effect.andThen(client.join(channel), around),
      )
      return orRefused(Effect.tap(entered, (pages) => report({ _tag: "Around", seq, ...pages })))
    }
    case "PastPage": {
      const { channel, from, way } = intent
      const range = way === "older" ? { before: from } : { after: from }
      return Effect.matchEffect(client.history(channel, { ...range, limit: pageSize }), {
        onSuccess: (page) => report({ _tag: "PastPage", way, page }),
        onFailure: (error) =>
          Effect.andThen(
            report({ _tag: "PastPage", way, page: undefined }),
            report({ _tag: "Refused", why: explained(error) }),
          ),
      })
    }
    case "FindAnswered": {
      const { channel, seq } = intent
      return client.history(channel, { after: seq - 1, limit: 1 }).pipe(
        Effect.tap(({ entries: [entry] }) => {
          const message = entry?.type === "Message" && entry.seq === seq ? entry : null
          return report({ _tag: "Answered", channel, seq, message })
        }),
        // Nobody has asked for it; it is shown as an earlier message then.
        Effect.ignore,
      )
    }
    case "Describe":
      return orRefused(Effect.tap(client.describe(intent.channel), (info) => report({ _tag: "ChannelInfo", info })))
    case "Whois": {
      const { channel, name } = intent
      // What others say of somebody is only more than what is known here.
      return Effect.match(client.describe(channel), {
        onSuccess: (info) => dispatch({ _tag: "Whois", name, info }),
        onFailure: () => dispatch({ _tag: "Whois", name, info: undefined }),
      })
    }
    case "ListBlocked":
      return orRefused(Effect.tap(client.blocked, ({ usernames }) => report({ _tag: "BlockedUsers", usernames })))
    case "Administer": {
      const { call, done } = intent
      return orRefused(Effect.andThen(administer(client, call), report({ _tag: "AdministrationDone", call, done })))
    }
    case "Retry":
      return client.retry
  }
}
