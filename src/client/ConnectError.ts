import * as Data from "effect/Data"

/** `passes`: it may be otherwise a moment later, since the server, or the network on the way to it, is only starting. */
const catalog = {
  Refused: { passes: true, message: "nothing listens there" },
  UnknownHost: { passes: true, message: "there is no host of this name" },
  Unreachable: { passes: true, message: "the host cannot be reached" },
  Timeout: { passes: true, message: "no answer in time" },
  Closed: { passes: true, message: "the connection was closed before anything was said" },
  NotNatter: { passes: false, message: "what answers there does not speak this protocol" },
  UnknownAuthority: { passes: false, message: "its certificate is of an authority that is not trusted here" },
  WrongName: { passes: false, message: "its certificate is for other names" },
  OutOfDate: { passes: false, message: "its certificate has expired, or is not valid yet" },
  Untrusted: { passes: false, message: "its certificate is not to be trusted" },
  CertificateRefused: { passes: false, message: "it lets nobody in without a certificate that it trusts" },
  CertificateUnusable: { passes: false, message: "the client's own certificate and key cannot be used" },
  OldServer: { passes: false, message: "the server speaks only version 1 of the protocol" },
} as const satisfies Record<string, { readonly passes: boolean; readonly message: string }>

/** Why no connection could be opened. Why an open one has ended is a `Disconnect`. */
export class ConnectError extends Data.TaggedError("ConnectError")<{
  readonly reason: keyof typeof catalog
  /** Instead of the catalog's message, where more is known. */
  readonly detail?: string | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    return this.detail ?? catalog[this.reason].message
  }
  /** Whether another try may help, where there has been no connection before. */
  get passes(): boolean {
    return catalog[this.reason].passes
  }
}
