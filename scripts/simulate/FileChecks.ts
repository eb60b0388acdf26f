/** Looks into the store of files and compares it with what is known of them. */
import type { FileStore } from "../../src/files/FileStore.ts"
import type { Filed } from "./FileTrail.ts"
import type { Judge } from "./Judge.ts"
import { all, isKept } from "./KeptFiles.ts"

type Store = FileStore["Service"]

/** What is uncarried goes in this time, if nothing troubles the service. */
const goneWithin = 60_000

/** Holds when nothing has happened for a while. */
export const inTheEnd = (judge: Judge, now: number, store: Store): void => {
  for (const filed of judge.files.staying) {
    isThere(judge, filed, store)
    const { carriers, excused, record, sent, uncarriedAt } = filed
    if (carriers.size > 0 || excused || uncarriedAt === undefined || now < uncarriedAt + goneWithin) continue
    judge.fail("what nobody refers to goes", `${sent.name} of ${judge.nameOf(record.channel)} is still there`)
  }
  // What a crash has left is looked for at the start.
  if (judge.files.isUntroubled) nothingElse(judge, store)
}

/** Holds when all that may has expired, and the service was started since. */
export const afterwards = (judge: Judge, store: Store): void => {
  for (const filed of judge.files.staying) {
    isThere(judge, filed, store)
    if (filed.carriers.size === 0)
      judge.fail("what nobody refers to goes", `${filed.sent.name} has expired, and is still there`)
  }
  nothingElse(judge, store)
}

/** Nothing is kept but what is noted of files, and the same once. */
const nothingElse = (judge: Judge, store: Store): void => {
  const records = judge.files.staying.map(({ record }) => record)
  const referred = new Set(records.flatMap(({ sha256, whole }) => (whole && sha256) || []))
  const contents = all(store.contents) ?? []
  for (const content of contents) {
    if (!referred.has(content)) judge.fail("nothing is kept that no file has", `the content ${content} is kept`)
  }
  if (contents.length > referred.size)
    judge.fail("the same content is kept once", `${contents.length} contents are kept of ${referred.size}`)
  const coming = new Set(records.flatMap(({ id, whole }) => (whole ? [] : id)))
  for (const draft of all(store.drafts) ?? []) {
    if (!coming.has(draft)) judge.fail("nothing is kept that no file has", `the draft of ${draft} is kept`)
  }
}

/** All that is noted of a file is on the disk. */
const isThere = (judge: Judge, { record, sent }: Filed, store: Store): void => {
  const { bytes } = judge.contents.of(sent)
  if (!isKept(store, record, bytes.subarray(0, record.received)))
    judge.fail("what is noted of a file is there", `${sent.name} has not its first ${record.received} bytes`)
}
