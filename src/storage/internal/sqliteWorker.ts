/** The entry of the thread that has the database. It answers questions in their order. */
import { parentPort, workerData } from "node:worker_threads"
import { open, type SqliteDatabase } from "./sqliteDatabase.ts"
import { type Answer, type OpenOptions, type Question, toFailure } from "./sqliteMessages.ts"

const port = parentPort!
const post = (answer: Answer): void => port.postMessage(answer)

const serve = (database: SqliteDatabase): void => {
  port.on("message", (question: Question) => {
    if (question === null) {
      database.close()
      port.close()
      return
    }
    let left = question.length
    database.run(question, (outcomes) => {
      left -= outcomes.length
      post({ outcomes, last: left === 0, inTransaction: database.inTransaction() })
    })
  })
  post({ outcomes: [], last: true, inTransaction: false })
}

const start = (): SqliteDatabase | undefined => {
  try {
    return open(workerData as OpenOptions)
  } catch (cause) {
    post({ failure: toFailure(cause) })
    return undefined
  }
}

const database = start()
if (database !== undefined) serve(database)
