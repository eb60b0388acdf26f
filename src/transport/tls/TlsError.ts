import * as Data from "effect/Data"

/** The files of `tls.*` cannot be used: which, and what to do about it. */
export class TlsError extends Data.TaggedError("TlsError")<{
  readonly reason:
    | "Missing"
    | "Unreadable"
    | "NoCertificate"
    | "NoKey"
    | "NeedsPassphrase"
    | "WrongPassphrase"
    | "Mismatch"
    | "Unusable"
  /** The setting that names the file. */
  readonly setting: "tls.cert" | "tls.key" | "tls.client-ca"
  readonly file: string
  /** What is beside the point of the reason: what the system says, or a hint. */
  readonly detail?: string | undefined
}> {
  override get message(): string {
    return `${this.setting}: ${this.explanation}`
  }

  private get explanation(): string {
    const { detail, file } = this
    const more = detail === undefined ? "" : `: ${detail}`
    switch (this.reason) {
      case "Missing":
        return `there is no file ${file}; \`natter cert\` makes what development needs`
      case "Unreadable":
        return `${file} can't be read${more}`
      case "NoCertificate":
        return `${file} holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----${more}`
      case "NoKey":
        return `${file} holds no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----${more}`
      case "NeedsPassphrase":
        return `the key in ${file} is encrypted: give its passphrase in NATTER_TLS_PASSPHRASE, or as tls.passphrase in the config file`
      case "WrongPassphrase":
        return `the passphrase in tls.passphrase is not that of the key in ${file}`
      case "Mismatch":
        return `the key in ${file} is not that of the first certificate in tls.cert: give the key it was made for, and put the server's own certificate first`
      case "Unusable":
        return `what is in ${file} can't be used${more}`
    }
  }
}

/** No TLS with this peer: strangers do this all the time, and it is no reason for more than a line of debugging. */
export class TlsFailed extends Data.TaggedError("TlsFailed")<{
  readonly reason: "NotOffered" | "Timeout" | "Closed" | "Handshake" | "Certificate"
  readonly cause?: unknown
}> {
  override get message(): string {
    switch (this.reason) {
      case "NotOffered":
        return "there is no TLS here: tls.cert and tls.key are not set"
      case "Timeout":
        return "the handshake was not done in time"
      case "Closed":
        return "the peer has gone before the handshake was done"
      case "Handshake":
        return `no handshake: ${codeOf(this.cause)}`
      case "Certificate":
        return `the client's certificate is not accepted: ${codeOf(this.cause)}`
    }
  }
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error ? ("code" in cause && typeof cause.code === "string" ? cause.code : cause.message) : "unknown"
