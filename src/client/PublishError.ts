/** Why a message was not published, where it is not the server that refused it. */
import * as Data from "effect/Data"

/** Too many messages wait to be sent already; this one was dropped. */
export class OutboxFull extends Data.TaggedError("OutboxFull")<{}> {
  override get message(): string {
    return "Too many messages wait to be sent"
  }
}

/**
 * The connection was lost before the server (of version 1) sent this message back. There messages have no ids, so if it
 * were sent again it might be stored twice.
 */
export class Unconfirmed extends Data.TaggedError("Unconfirmed")<{}> {
  override get message(): string {
    return "The connection was lost before the server answered: this may have been heard or not"
  }
}
