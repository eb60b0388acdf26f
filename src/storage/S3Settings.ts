import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"

/** Where the bytes of files are, when they are in storage that speaks as S3 does. */
export interface S3Settings {
  readonly bucket: string
  /** Empty for AWS. */
  readonly endpoint: string
  readonly region: string
  /** Before the names of all objects: what is below it is this service's alone. */
  readonly prefix: string
  readonly accessKey: string
  readonly secretKey: Redacted.Redacted
  /** The bucket is named in the path, not in the host. */
  readonly pathStyle: boolean
  /** How long an address of a file there is good, for whoever has it. */
  readonly addressFor: Duration.Duration
}

export const defaults: S3Settings = {
  bucket: "",
  endpoint: "",
  region: "us-east-1",
  prefix: "natter/",
  accessKey: "",
  secretKey: Redacted.make(""),
  pathStyle: false,
  addressFor: Duration.minutes(5),
}
