/** What the main thread keeps in memory is to another thread what it is here: the suites of the stores, over a port. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AccountStore } from "../../../src/accounts/AccountStore.ts"
import { SigningKeys } from "../../../src/accounts/SigningKeys.ts"
import { ChannelStore } from "../../../src/channels/ChannelStore.ts"
import { FileRecords } from "../../../src/files/FileRecords.ts"
import { FileStore } from "../../../src/files/FileStore.ts"
import { Epochs } from "../../../src/history/Epochs.ts"
import { History } from "../../../src/history/History.ts"
import * as Conversation from "../../../src/server/gateways/internal/Conversation.ts"
import * as KeptInMemory from "../../../src/server/gateways/internal/keptInMemory.ts"
import type { ToMain } from "../../../src/server/gateways/questions.ts"
import { accountStore } from "../../suites/accountStore.ts"
import { channelStore } from "../../suites/channelStore.ts"
import { fileRecordsSuite } from "../../suites/fileRecords.ts"
import { fileStoreSuite } from "../../suites/fileStore.ts"
import { historySuite } from "../../suites/history.ts"
import { signingKeys } from "../../suites/signingKeys.ts"

/** Two ends that say to each other what can be said from thread to thread. */
const ends = (): readonly [Conversation.Port, Conversation.Port] => {
  const listeners: Array<(value: unknown) => void> = []
  const end = (n: number): Conversation.Port => ({
    postMessage: (value) => {
      const copy: unknown = structuredClone(value)
      queueMicrotask(() => listeners[1 - n]?.(copy))
    },
    on: (_, listener) => void (listeners[n] = listener),
  })
  return [end(0), end(1)]
}

const kept = Layer.mergeAll(
  AccountStore.layerMemory,
  SigningKeys.layerMemory,
  ChannelStore.layerMemory,
  FileRecords.layerMemory,
  FileStore.layerMemory,
  History.layerMemory,
)

/** The stores of a thread, on those of another. */
const joined = Layer.unwrap(
  Effect.gen(function* () {
    const [there, here] = ends()
    const stores = yield* Effect.provideContext(KeptInMemory.here, yield* Layer.build(Layer.fresh(kept)))
    const answers = yield* KeptInMemory.answering(stores)
    yield* Conversation.make<Record<never, never>, Pick<ToMain, keyof typeof answers>>(there, answers)
    return KeptInMemory.layer(yield* Conversation.make<ToMain, Record<never, never>>(here, {}))
  }),
)

accountStore("of another thread", joined)
signingKeys("of another thread", joined)
channelStore("of another thread", joined)
fileRecordsSuite("of another thread", joined)
fileStoreSuite("of another thread", joined)
historySuite("History of another thread", Layer.merge(joined, Epochs.layerMemory))
