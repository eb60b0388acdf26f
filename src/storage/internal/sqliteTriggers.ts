/** What 0010_files makes in SQLite beside the tables: a message that is deleted carries no file. */
export const fileTriggers: ReadonlyArray<string> = [
  `CREATE TRIGGER entries_emptied AFTER UPDATE OF content ON entries WHEN NEW.content IS NULL AND NEW.file IS NOT NULL BEGIN
    UPDATE entries SET file = NULL WHERE row = NEW.row;
  END`,
]

/** What 0002_history makes in SQLite beside the tables: the full-text index, and what follows from an entry. */
export const triggers: ReadonlyArray<string> = [
  // The words come cut and in small letters, so that only spaces have to be found. What is removed leaves its words in
  // the index's older parts until these are merged, where no search finds them: to overwrite them at once
  // ('secure-delete') makes removing old entries sixty times slower.
  `CREATE VIRTUAL TABLE entry_words USING fts5 (
    words, content = 'entries', content_rowid = 'row', tokenize = 'ascii', columnsize = 0
  )`,

  `CREATE TRIGGER entries_placed AFTER INSERT ON entries BEGIN
    INSERT INTO logs (channel, seq, first, since) VALUES (NEW.channel, NEW.seq, 1, NEW.timestamp)
      ON CONFLICT (channel) DO UPDATE SET seq = NEW.seq, since = COALESCE(since, NEW.timestamp);
    INSERT INTO ids (channel, seq, user_id, id, timestamp)
      SELECT NEW.channel, NEW.seq, NEW.user_id, NEW.id, NEW.timestamp WHERE NEW.id IS NOT NULL;
  END`,
  `CREATE TRIGGER entries_indexed AFTER INSERT ON entries WHEN NEW.type = 'Message' BEGIN
    INSERT INTO entry_words (rowid, words) VALUES (NEW.row, NEW.words);
  END`,
  `CREATE TRIGGER entries_reindexed AFTER UPDATE OF words ON entries WHEN NEW.type = 'Message' BEGIN
    INSERT INTO entry_words (entry_words, rowid, words)
      SELECT 'delete', OLD.row, OLD.words WHERE OLD.words IS NOT NULL;
    INSERT INTO entry_words (rowid, words) SELECT NEW.row, NEW.words WHERE NEW.words IS NOT NULL;
  END`,
  `CREATE TRIGGER entries_removed AFTER DELETE ON entries WHEN OLD.type = 'Message' BEGIN
    INSERT INTO entry_words (entry_words, rowid, words)
      SELECT 'delete', OLD.row, OLD.words WHERE OLD.words IS NOT NULL;
    DELETE FROM reactions WHERE channel = OLD.channel AND seq = OLD.seq;
  END`,

  `CREATE TRIGGER entries_edited AFTER INSERT ON entries WHEN NEW.type = 'Edited' BEGIN
    UPDATE entries SET content = NEW.content, edited = NEW.seq, words = NEW.words
      WHERE channel = NEW.channel AND seq = NEW.target AND type = 'Message' AND content IS NOT NULL;
    UPDATE entries SET words = NULL WHERE channel = NEW.channel AND seq = NEW.seq;
  END`,
  `CREATE TRIGGER entries_deleted AFTER INSERT ON entries WHEN NEW.type = 'Deleted' BEGIN
    UPDATE entries SET content = NULL, edited = NULL, words = NULL
      WHERE channel = NEW.channel AND seq = NEW.target AND type = 'Message' AND content IS NOT NULL;
    UPDATE entries SET content = NULL WHERE channel = NEW.channel AND target = NEW.target AND type = 'Edited';
    DELETE FROM reactions WHERE channel = NEW.channel AND seq = NEW.target;
  END`,
  `CREATE TRIGGER entries_reacted AFTER INSERT ON entries WHEN NEW.type = 'Reacted' AND NEW.is_on = 1 BEGIN
    INSERT INTO reactions (channel, seq, reaction, user_id, user_name, at, since)
      SELECT NEW.channel, NEW.target, NEW.reaction, NEW.user_id, NEW.user_name, NEW.seq, COALESCE(
        (SELECT MIN(since) FROM reactions
          WHERE channel = NEW.channel AND seq = NEW.target AND reaction = NEW.reaction),
        NEW.seq)
      FROM entries
      WHERE channel = NEW.channel AND seq = NEW.target AND type = 'Message' AND content IS NOT NULL
      ON CONFLICT DO NOTHING;
  END`,
  `CREATE TRIGGER entries_unreacted AFTER INSERT ON entries WHEN NEW.type = 'Reacted' AND NEW.is_on = 0 BEGIN
    DELETE FROM reactions WHERE channel = NEW.channel AND seq = NEW.target
      AND reaction = NEW.reaction AND user_id = NEW.user_id;
  END`,

  `CREATE TRIGGER logs_cut AFTER UPDATE OF first ON logs WHEN NEW.first > OLD.first BEGIN
    DELETE FROM entries WHERE channel = NEW.channel AND seq < NEW.first;
  END`,
]
