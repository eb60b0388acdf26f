/**
 * Who asks a database, each over a port of its own. What several ask at the same moment is run together, as if one had asked
 * it, and so waits for the disk once. A transaction of one of them has the database to itself.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads"
import type { SqliteDatabase } from "./sqliteDatabase.ts"
import type { Answer, Outcome, Question } from "./sqliteMessages.ts"

interface Client {
  readonly port: MessagePort
  /** One at most: the next question comes behind the answer. */
  question: Question | undefined
}

interface SqliteService {
  /** From now on whoever has the other end is answered; succeeds with what to do with a question that comes from there. */
  readonly add: (port: MessagePort) => (question: Question) => void
  readonly close: () => void
}

export const make = (database: SqliteDatabase): SqliteService => {
  const clients = new Set<Client>()
  /** Whose transaction is open. */
  let owner: Client | undefined
  let first: Client | undefined

  const post = ({ port }: Client, answer: Answer): void => port.postMessage(answer)

  /** Questions that have come meanwhile, without a turn of the event loop for each. */
  const gather = (): void => {
    for (const client of clients) {
      // The port of whoever has opened the database brings orders, too.
      if (client.question !== undefined || client === first) continue
      const received: { readonly message: Question } | undefined = receiveMessageOnPort(client.port)
      client.question = received?.message
    }
  }

  const waiting = (): ReadonlyArray<Client> =>
    [...clients].filter((client) => client.question !== undefined && (owner === undefined || owner === client))

  /** Of several, none of whom has a transaction or begins one. */
  const answer = (asking: ReadonlyArray<Client>): void => {
    const statements = asking.flatMap(({ question }) => question!)
    const ends: Array<number> = []
    for (const { question } of asking) ends.push((ends.at(-1) ?? 0) + question!.length)
    const left = asking.map(({ question }) => question!.length)
    for (const client of asking) client.question = undefined
    database.run(statements, (outcomes) => {
      const shares = asking.map((): Array<readonly [number, Outcome]> => [])
      for (const [place, outcome] of outcomes) {
        const whose = ends.findIndex((end) => place < end)
        shares[whose]!.push([place - (ends[whose - 1] ?? 0), outcome])
      }
      for (const [at, share] of shares.entries()) {
        if (share.length === 0) continue
        left[at]! -= share.length
        post(asking[at]!, { outcomes: share, last: left[at] === 0, inTransaction: false })
      }
    })
  }

  const answerOne = (client: Client): void => {
    const question = client.question!
    client.question = undefined
    let left = question.length
    database.run(question, (outcomes) => {
      left -= outcomes.length
      const inTransaction = database.inTransaction()
      owner = inTransaction ? client : undefined
      post(client, { outcomes, last: left === 0, inTransaction })
    })
  }

  const isAlone = ({ question }: Client): boolean => question!.every(({ place }) => place === "alone")

  /** What has come until now, and not what comes meanwhile: everybody gets a turn. */
  const run = (): void => {
    gather()
    for (let asking = waiting(); asking.length > 0; asking = waiting()) {
      const together = asking.length === 1 ? [] : asking.filter(isAlone)
      if (together.length > 1) answer(together)
      else answerOne(asking[0]!)
    }
  }

  return {
    add: (port) => {
      const client: Client = { port, question: undefined }
      first ??= client
      clients.add(client)
      post(client, { outcomes: [], last: true, inTransaction: false })
      port.on("close", () => {
        clients.delete(client)
        if (owner !== client) return
        database.rollBack()
        owner = undefined
        run()
      })
      return (question) => {
        client.question = question
        run()
      }
    },
    close: () => {
      for (const { port } of clients) port.close()
      clients.clear()
      owner = undefined
    },
  }
}
