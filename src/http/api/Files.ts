import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { FileId } from "../../domain/FileId.ts"
import { Sha256 } from "../../domain/Sha256.ts"
import { Authorization } from "./Authorization.ts"
import { Carries } from "./Carries.ts"
import { channel, described, optional, time } from "./fields.ts"

const file = described(FileId, "The file, as `Location` named it, and as a message says it.")
const params = { channel, file }

const Upload = Schema.Struct({
  file,
  name: described(Schema.String, "Without a path, and whatever else could do harm in a name."),
  size: described(Schema.Int, "Bytes that it has when it is whole."),
  media_type: described(Schema.String, "What its sender takes it for."),
  offset: described(Schema.Int, "Bytes that have come and are safe: where to go on."),
  whole: described(Schema.Boolean, "It has come, and a message can carry it."),
  sha256: optional(Sha256, "As it was announced; of a whole file, as it is."),
  expires_at: described(time, "When it goes, unless more of it comes, or a message carries it."),
})

/** What tus says in headers; they are read where they are needed, and what is wrong with them is named. */
const headers = {
  "tus-resumable": optional(Schema.String, "The version of tus: 1.0.0."),
  "upload-checksum": optional(
    Schema.String,
    "Of the body: `sha256` or `sha1`, a space, and the hash in Base64. Where it does not match, nothing of the body counts.",
  ),
}

const binary = "application/offset+octet-stream"

/** The body is bytes, of which the schemas of JSON have nothing to say. */
const withBytes =
  (required: boolean) =>
  (operation: Record<string, unknown>): Record<string, unknown> => ({
    ...operation,
    requestBody: { required, content: { [binary]: { schema: { type: "string", format: "binary" } } } },
  })

export const Files = HttpApiGroup.make("files")
  .add(
    HttpApiEndpoint.post("create", "/channels/:channel/uploads", {
      params: { channel },
      headers: {
        ...headers,
        "upload-length": optional(Schema.String, "Bytes that the file has."),
        "upload-metadata": optional(
          Schema.String,
          "Pairs of a word and a value in Base64: `filename`, `filetype`, and `sha256` of the whole in hexadecimal digits, which is compared with that of what has come.",
        ),
      },
      success: Upload.pipe(HttpApiSchema.status(201)),
    })
      .annotate(Carries, "upload")
      .annotate(OpenApi.Summary, "A place for a file, and perhaps its beginning (tus: creation)")
      .annotate(OpenApi.Description, "`Location` is where the rest goes.")
      .annotate(OpenApi.Transform, withBytes(false)),
    HttpApiEndpoint.get("describe", "/channels/:channel/uploads/:file", { params, success: Upload })
      .annotate(Carries, "upload")
      .annotate(OpenApi.Summary, "How far a file has come; `HEAD` is what tus asks, and says `Upload-Offset`"),
    HttpApiEndpoint.patch("append", "/channels/:channel/uploads/:file", {
      params,
      headers: { ...headers, "upload-offset": optional(Schema.String, "Where in the file the body begins.") },
    })
      .annotate(Carries, "upload")
      .annotate(OpenApi.Summary, "More of a file, behind what has come (tus)")
      .annotate(
        OpenApi.Description,
        "The body may be of any length, and take its time. Where the connection is lost, what has come stays: `HEAD` says how much.",
      )
      .annotate(OpenApi.Transform, withBytes(true)),
    HttpApiEndpoint.delete("cancel", "/channels/:channel/uploads/:file", { params })
      .annotate(Carries, "upload")
      .annotate(OpenApi.Summary, "A file is not to come after all, or not to be said (tus: termination)"),
    HttpApiEndpoint.get("download", "/channels/:channel/files/:file", {
      params,
      query: {
        inline: optional(
          Schema.Literals(["true", "false"]),
          "Whether a browser may show it, where that does no harm: images, sound, films and plain text.",
        ),
      },
      success: Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array({ contentType: "application/octet-stream" })),
    })
      .annotate(Carries, "file")
      .annotate(OpenApi.Summary, "A file that a message carries")
      .annotate(
        OpenApi.Description,
        "With `Range`, a part of it (206). `ETag` is its SHA-256. It may lead elsewhere (307), as the service is set.",
      ),
  )
  .annotate(OpenApi.Description, "Files: sent by [tus 1.0](https://tus.io), said with a message, and read")
  .middleware(Authorization)
