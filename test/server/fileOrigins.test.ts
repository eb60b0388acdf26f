import { assert, describe, it } from "@effect/vitest"
import { fileOrigins } from "../../src/server/internal/fileOrigins.ts"
import { defaults, type ServerSettings } from "../../src/server/ServerSettings.ts"

const s3 = { ...defaults.fileStore.s3, bucket: "talk", region: "eu-north-1" }
const inBucket = (more: Partial<typeof s3> = {}): ServerSettings => ({
  ...defaults,
  api: { ...defaults.api, filesRedirect: true },
  fileStore: { kind: "s3", folder: "", s3: { ...s3, ...more } },
})
const apart = { ...defaults.http, filesOrigin: "https://files.example.org" }

describe("where browsers are led for a file", () => {
  const cases: ReadonlyArray<readonly [what: string, settings: ServerSettings, origins: ReadonlyArray<string>]> = [
    ["nowhere else by default", defaults, []],
    ["to the host for files", { ...defaults, http: apart }, ["https://files.example.org"]],
    ["to the bucket at AWS", inBucket(), ["https://talk.s3.eu-north-1.amazonaws.com"]],
    [
      "to one elsewhere",
      inBucket({ endpoint: "https://minio.example.org:9000" }),
      ["https://talk.minio.example.org:9000"],
    ],
    [
      "to one that is named in the path",
      { ...inBucket({ endpoint: "http://127.0.0.1:9000/", pathStyle: true }), http: apart },
      ["https://files.example.org", "http://127.0.0.1:9000"],
    ],
    ["to one at an address", inBucket({ endpoint: "http://127.0.0.1:9000" }), ["http://127.0.0.1:9000"]],
    ["to one that no host can be called by", inBucket({ bucket: "a.b" }), ["https://s3.eu-north-1.amazonaws.com"]],
    ["not to a bucket whose files the service passes on", { ...inBucket(), api: defaults.api }, []],
    ["nowhere where the endpoint is none", inBucket({ endpoint: "minio" }), []],
  ]
  it.each(cases)("%s", (_, settings, origins) => {
    assert.deepStrictEqual(fileOrigins(settings), origins)
  })
})
