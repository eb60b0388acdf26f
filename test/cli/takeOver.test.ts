/** `natter files take-over`, for where files are that another database knew. */
import * as fs from "node:fs"
import { expect, test } from "vitest"
import { run } from "./natterHere.ts"
import { makeFolder } from "./NatterProcess.ts"

test("natter files take-over makes a folder this database's, which natter doctor sees", async () => {
  const data = makeFolder()
  fs.mkdirSync(`${data}/files/contents`, { recursive: true })
  fs.writeFileSync(`${data}/files/owner`, "another\n")
  const takeOver = ["files", "take-over", "--data", data]
  const doctor = () => run(["doctor", "--data", data, "--port", "0"])
  expect((await doctor()).stdout).toMatch(/problem +files .*belongs to another database/)
  expect(await run(takeOver)).toMatchObject({ code: 0, stderr: expect.stringContaining("is this database's now") })
  expect(fs.readFileSync(`${data}/files/owner`, "utf8")).toMatch(/^[0-9a-z]{27}\n$/)
  expect(await run(takeOver)).toMatchObject({ code: 0, stderr: expect.stringContaining("is this database's already") })
  expect((await doctor()).stdout).toMatch(/ok +files +all that is kept there is this database's/)

  expect(await run(takeOver, { env: { NATTER_STORAGE: "memory" } })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("storage is memory"),
  })
  const bucket = {
    NATTER_FILES_STORE: "s3",
    NATTER_BUCKET_NAME: "files",
    NATTER_BUCKET_ENDPOINT: "http://127.0.0.1:9",
    NATTER_BUCKET_ACCESS_KEY: "a",
    NATTER_BUCKET_SECRET_KEY: "b",
  }
  expect(await run(takeOver, { env: bucket })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/files\/natter\/ cannot be reached: .*ECONNREFUSED.*natter doctor/),
  })
})
