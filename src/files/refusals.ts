/** What is wrong with bytes of a file that come, in the words of all who may be the first to see it. */
import { RequestError } from "../domain/RequestError.ts"

export const wrongOffset = (received: number) =>
  new RequestError({
    reason: "WrongOffset",
    field: "offset",
    detail: `Go on at byte ${received}, to where the file has come`,
  })

export const tooMuch = (size: number) =>
  new RequestError({ reason: "FileTooLarge", detail: `There are more bytes than the ${size} that were announced` })
