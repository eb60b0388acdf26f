import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Disconnect } from "../domain/Disconnect.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { ServerFrame } from "../protocol/v2/ServerFrame.ts"
import type { Version } from "../protocol/Version.ts"
import type { Credentials } from "./Credentials.ts"
import type { Event } from "./Event.ts"
import type { SessionFiles } from "./internal/SessionFiles.ts"
import type { Ask, Reply, Requests } from "./Requests.ts"

/** An answer to a request: fails with the server's `RequestError`, or with the `Disconnect` that ends the session. */
export type Answer<Type extends ServerFrame["type"]> = Reply<Type, Disconnect>

/** A session with a server, over one connection: requests with their answers, and events. The same in both versions. */
export interface ClientSession extends Requests<Disconnect> {
  /** Which version of the protocol is spoken. */
  readonly version: Version
  /** Whether the server knows channels by their ids when one comes back to them, and wishes by their age. */
  readonly resumes: boolean
  /** What is heard of files, for whoever sends or reads one; undefined in version 1, which has none that stay. */
  readonly files: SessionFiles | undefined
  /** Sends any request there is. */
  readonly ask: Ask<Disconnect>
  readonly signIn: (credentials: Credentials) => Answer<"LoggedIn">
  /**
   * Joins a channel, which may be made by that. With an `id` it comes back: into the channel that `Joined` told by it,
   * whatever its name is by now, and none is made. With the `history` besides, a server whose history is another one by now
   * goes by the name where it does not know the id. So does a server that cannot come back to channels (`resumes`).
   */
  readonly join: (
    channel: string,
    back?: { readonly id?: string | undefined; readonly history?: string | undefined },
  ) => Answer<"Joined">
  readonly leave: (channel: string) => Answer<"Left">
  /**
   * Says something in a channel that the session is in, with a file that was uploaded there, as an answer to the message at the
   * place `replyTo`; succeeds when the message has its place. Publishing again with the same `id` gives the first result, and
   * nothing is stored twice. The same holds for `edit`, `delete` and `react`.
   */
  readonly publish: (
    channel: string,
    content: string,
    id?: MessageId,
    file?: string,
    replyTo?: number,
  ) => Answer<"Published">
  /** Replaces the content of the user's own message at this place. */
  readonly edit: (channel: string, target: number, content: string, id?: MessageId) => Answer<"Published">
  /** Deletes the message at this place. */
  readonly delete: (channel: string, target: number, id?: MessageId) => Answer<"Published">
  /** Reacts to the message at this place, or with `on` false takes the reaction back. */
  readonly react: (
    channel: string,
    target: number,
    reaction: string,
    on?: boolean,
    id?: MessageId,
  ) => Answer<"Published">
  /** Shows the others that the user is typing. */
  readonly typing: (channel: string) => Effect.Effect<void>
  /**
   * For one consumer, which has to keep up: while 256 events wait for it, nothing more is read, answers included. Fails
   * with the reason when the session ends.
   */
  readonly events: Stream.Stream<Event, Disconnect>
}
