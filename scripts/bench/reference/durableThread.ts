// The thread with the database: the rows that the service's history has of a message, in the same tables, without the
// indexes by which the service reads and prunes. A list of messages comes, is one transaction, and is answered when that
// is on disk.
import { DatabaseSync } from "node:sqlite"
import { parentPort, workerData } from "node:worker_threads"
import type { StoredMessage } from "./Sessions.ts"

const db = new DatabaseSync(`${workerData}/bare.sqlite`)
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE logs (channel TEXT NOT NULL PRIMARY KEY, seq BIGINT NOT NULL, first BIGINT NOT NULL, since BIGINT);
  CREATE TABLE entries (
    row INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    seq BIGINT NOT NULL,
    type TEXT NOT NULL,
    id TEXT,
    user_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    timestamp BIGINT NOT NULL,
    content TEXT,
    words TEXT,
    UNIQUE (channel, seq)
  );
  CREATE TABLE ids (
    channel TEXT NOT NULL,
    seq BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    id TEXT NOT NULL,
    timestamp BIGINT NOT NULL,
    PRIMARY KEY (channel, seq),
    UNIQUE (channel, user_id, id)
  ) WITHOUT ROWID;
  CREATE VIRTUAL TABLE entry_words USING fts5 (
    words, content = 'entries', content_rowid = 'row', tokenize = 'ascii', columnsize = 0
  );
`)

const begin = db.prepare("BEGIN IMMEDIATE")
const commit = db.prepare("COMMIT")
const entry = db.prepare(`
  INSERT INTO entries (channel, seq, type, id, user_id, user_name, timestamp, content, words)
  VALUES (?, ?, 'Message', ?, ?, ?, ?, ?, ?)`)
const known = db.prepare("INSERT INTO ids (channel, seq, user_id, id, timestamp) VALUES (?, ?, ?, ?, ?)")
const indexed = db.prepare("INSERT INTO entry_words (rowid, words) VALUES (?, ?)")
const log = db.prepare(`
  INSERT INTO logs (channel, seq, first, since) VALUES (?, ?, 1, ?) ON CONFLICT (channel) DO UPDATE SET seq = excluded.seq`)

/** Each once, and one that stands for the channel, so that a search reads no other channel's. */
const wordsOf = (channel: string, content: string): string =>
  [...new Set(content.toLowerCase().match(/[\p{L}\p{N}]+/gu)), `\ue000${channel}`].join(" ")

parentPort!.on("message", (messages: ReadonlyArray<StoredMessage>) => {
  const last = new Map<string, StoredMessage>()
  begin.run()
  for (const message of messages) {
    const { channel, content, from, id, seq, timestamp } = message
    const user = `user:${from}`
    const words = wordsOf(channel, content)
    const { lastInsertRowid } = entry.run(channel, seq, id, user, from, timestamp, content, words)
    known.run(channel, seq, user, id, timestamp)
    indexed.run(lastInsertRowid, words)
    last.set(channel, message)
  }
  for (const { channel, seq, timestamp } of last.values()) log.run(channel, seq, timestamp)
  commit.run()
  parentPort!.postMessage(messages.length)
})
