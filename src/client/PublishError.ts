/** Why a message was not published, where it is not the server that refused it. */
import * as Data from "effect/Data"

/** More is published than can be sent; nothing was kept of this message. */
export class OutboxFull extends Data.TaggedError("OutboxFull")<{}> {
  override get message(): string {
    return "Too many messages wait to be sent"
  }
}

/**
 * The server does not tell messages apart (version 1), and the connection was lost before this one
 * was heard: sent again, it might be said twice.
 */
export class Unconfirmed extends Data.TaggedError("Unconfirmed")<{}> {
  override get message(): string {
    return "The connection was lost before the server answered: this may have been heard or not"
  }
}
