/** What 0010_files makes in Postgres beside the tables: a message that is deleted carries no file. */
export const fileTriggers: ReadonlyArray<string> = [
  `CREATE FUNCTION empty_entry() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.file = NULL;
    RETURN NEW;
  END $$`,
  `CREATE TRIGGER entries_emptied BEFORE UPDATE OF content ON entries
    FOR EACH ROW WHEN (NEW.content IS NULL AND NEW.file IS NOT NULL) EXECUTE FUNCTION empty_entry()`,
]

/** What 0002_history makes in Postgres beside the tables: the full-text index, and what follows from an entry. */
export const triggers: ReadonlyArray<string> = [
  `CREATE INDEX entries_words ON entries USING GIN (words) WHERE type = 'Message'`,

  `CREATE FUNCTION change_entries() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.type = 'Edited' THEN
      UPDATE entries SET content = NEW.content, edited = NEW.seq, words = NEW.words
        WHERE channel = NEW.channel AND seq = NEW.target AND type = 'Message' AND content IS NOT NULL;
      UPDATE entries SET words = NULL WHERE channel = NEW.channel AND seq = NEW.seq;
    ELSIF NEW.type = 'Deleted' THEN
      UPDATE entries SET content = NULL, edited = NULL, words = NULL
        WHERE channel = NEW.channel AND seq = NEW.target AND type = 'Message' AND content IS NOT NULL;
      UPDATE entries SET content = NULL WHERE channel = NEW.channel AND target = NEW.target AND type = 'Edited';
      DELETE FROM reactions WHERE channel = NEW.channel AND seq = NEW.target;
    ELSIF NEW.is_on = 1 THEN
      INSERT INTO reactions (channel, seq, reaction, user_id, user_name, at, since)
        SELECT NEW.channel, NEW.target, NEW.reaction, NEW.user_id, NEW.user_name, NEW.seq, COALESCE(
          (SELECT MIN(since) FROM reactions
            WHERE channel = NEW.channel AND seq = NEW.target AND reaction = NEW.reaction),
          NEW.seq)
        FROM entries
        WHERE channel = NEW.channel AND seq = NEW.target AND type = 'Message' AND content IS NOT NULL
        ON CONFLICT DO NOTHING;
    ELSE
      DELETE FROM reactions WHERE channel = NEW.channel AND seq = NEW.target
        AND reaction = NEW.reaction AND user_id = NEW.user_id;
    END IF;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER entries_changed AFTER INSERT ON entries
    FOR EACH ROW WHEN (NEW.type <> 'Message') EXECUTE FUNCTION change_entries()`,

  `CREATE FUNCTION cut_log() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM entries WHERE channel = NEW.channel AND seq < NEW.first;
    DELETE FROM reactions WHERE channel = NEW.channel AND seq < NEW.first;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER logs_cut AFTER UPDATE OF first ON logs
    FOR EACH ROW WHEN (NEW.first > OLD.first) EXECUTE FUNCTION cut_log()`,
]
