import * as Schema from "effect/Schema"
import { format } from "../domain/Address.ts"

/** The proxy's port, or its control's, could not be opened; `reason` is the system's code. */
export class ProxyListenError extends Schema.TaggedError<ProxyListenError>()("ProxyListenError", {
  host: Schema.String,
  port: Schema.Int,
  reason: Schema.String,
}) {
  override get message(): string {
    return `${format(this)} could not be opened: ${this.reason === "EADDRINUSE" ? "it is in use already" : this.reason}`
  }
}

export class NoSuchLink extends Schema.TaggedError<NoSuchLink>()("NoSuchLink", { link: Schema.Int }) {
  override get message(): string {
    return `there is no link ${this.link}`
  }
}

export class NoSuchFault extends Schema.TaggedError<NoSuchFault>()("NoSuchFault", { id: Schema.String }) {
  override get message(): string {
    return `no fault ${JSON.stringify(this.id)} is in force`
  }
}

export class TooManyFaults extends Schema.TaggedError<TooManyFaults>()("TooManyFaults", { most: Schema.Int }) {
  override get message(): string {
    return `${this.most} faults are in force already: remove one first`
  }
}
