/** A draft in the user's own editor: `$VISUAL`, or `$EDITOR`, or vi. */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { maxLength } from "../../terminal/Editor.ts"
import { LocalTrouble } from "../../terminal/LocalFiles.ts"

/** Bytes that are read of what was written: more than a draft has. */
const maxBytes = 256 * 1024

/** How it ended; undefined where it did as it should. */
const run = (command: string, file: string, signal: AbortSignal): Promise<string | undefined> =>
  new Promise((resolve) => {
    // A shell reads it, as with git: there may be flags behind the name.
    const child = spawn("/bin/sh", ["-c", `${command} "$@"`, command, file], { stdio: "inherit", signal })
    child.on("error", ({ message }) => resolve(message))
    child.on("exit", (code, signal) => {
      if (code === 0) resolve(undefined)
      else if (code === 127) resolve("there is no such program; set VISUAL or EDITOR to one")
      else resolve(signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`)
    })
  })

const edit = async (command: string, draft: string, signal: AbortSignal): Promise<string> => {
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), "natter-"))
  let isKept = false
  try {
    const file = path.join(folder, "draft.md")
    await fs.promises.writeFile(file, draft === "" ? "" : `${draft}\n`, { mode: 0o600 })
    const wrong = await run(command, file, signal)
    if (wrong !== undefined) throw new LocalTrouble({ message: `${command}: ${wrong}` })
    const handle = await fs.promises.open(file, "r")
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
      const text = buffer.toString("utf8", 0, bytesRead)
      const excess = text.trimEnd().length - maxLength
      if (excess <= 0) return text
      isKept = true
      throw new LocalTrouble({
        message: `what you have written is too long for a message by ${excess} characters or more; it is in ${file}, and /send sends it`,
      })
    } finally {
      await handle.close()
    }
  } finally {
    if (!isKept) await fs.promises.rm(folder, { recursive: true, force: true })
  }
}

/** Has the user write a draft; nobody else can read it meanwhile. */
export const write =
  ({ EDITOR, VISUAL }: NodeJS.ProcessEnv) =>
  (draft: string): Effect.Effect<string, LocalTrouble> =>
    Effect.tryPromise({
      try: (signal) => edit(VISUAL?.trim() || EDITOR?.trim() || "vi", draft, signal),
      catch: (error) =>
        error instanceof LocalTrouble
          ? error
          : new LocalTrouble({ message: error instanceof Error ? error.message : String(error) }),
    })
