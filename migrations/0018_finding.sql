-- How words are compared: without case, accents and the forms that letters have. By rules of PostgreSQL's own where it has
-- them (17), else ICU's: those of the database's locale may know ASCII alone.
DO $do$ BEGIN EXECUTE format($body$
  CREATE FUNCTION "config"."plain_text"("said" text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT regexp_replace(replace(replace(replace(translate(lower(normalize("said", NFKD) COLLATE %s),
        'øłđðħı', 'olddhi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), '[\u0300-\u036f]', '', 'g') $$
$body$, coalesce(
  (SELECT min('pg_catalog.' || quote_ident(collname)) FROM pg_collation
    WHERE collname = 'pg_c_utf8' AND collnamespace = 'pg_catalog'::regnamespace),
  (SELECT min('pg_catalog.' || quote_ident(collname)) FROM pg_collation
    WHERE collname = 'und-x-icu' AND collnamespace = 'pg_catalog'::regnamespace),
  'pg_catalog."default"')); END $do$;--> statement-breakpoint
-- Its words, each once: what stands between spaces and signs.
CREATE FUNCTION "config"."plain_words"("said" text) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT left(word, 64)), '{}')
    FROM regexp_split_to_table("config"."plain_text"(left("said", 500)),
      '[\s!-/:-@\[-`{-~\u0080-\u00bf\u2000-\u206f\u3000-\u303f]+') word
    WHERE word <> '' $$;--> statement-breakpoint
-- What each word begins with in an index, so that those of other workspaces lie elsewhere. Others may share it: who reads
-- asks for the workspace as well.
CREATE FUNCTION "config"."word_place"("workspace" uuid) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT right(replace("workspace"::text, '-', ''), 12) $$;--> statement-breakpoint
CREATE FUNCTION "config"."name_words"("workspace" uuid, "name" text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY(
      SELECT "config"."word_place"("workspace") || word FROM unnest("config"."plain_words"("name")) word)) $$;--> statement-breakpoint
-- Of a number, what is left of it from each of its digits but the last two on: so any three of its digits are found. Else
-- its words.
CREATE FUNCTION "config"."address_words"("workspace" uuid, "address" text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN "address" ~ '^[-+0-9() ./]*[0-9][-+0-9() ./]*$'
      THEN (
        SELECT array_to_tsvector(array_agg("config"."word_place"("workspace") || '#' || substr(digits, i)))
        FROM right(regexp_replace("address", '[^0-9]', '', 'g'), 24) digits,
          generate_series(1, greatest(1, length(digits) - 2)) i
      )
      ELSE "config"."name_words"("workspace", "address") END $$;--> statement-breakpoint
-- Each word, or its beginning. No word holds a quote or a backslash: they end it. Null: no words, which finds nothing.
CREATE FUNCTION "config"."name_query"("workspace" uuid, "said" text) RETURNS tsquery
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg('''' || "config"."word_place"("workspace") || word || ''':*', ' & ')::tsquery
    FROM unnest("config"."plain_words"("said")) word $$;--> statement-breakpoint
-- The same; or, of what may be a number, at least three of its digits, however it is written: 06 12… is +316 12….
CREATE FUNCTION "config"."address_query"("workspace" uuid, "said" text) RETURNS tsquery
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN "said" ~ '^[-+0-9() ./]*$' AND length(digits) >= 3
      THEN "config"."name_query"("workspace", "said")
        || ('''' || "config"."word_place"("workspace") || '#' || digits || ''':*')::tsquery
      ELSE "config"."name_query"("workspace", "said") END
    FROM ltrim(regexp_replace("said", '[^0-9]', '', 'g'), '0') digits $$;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "waiting_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "read"."messages" ADD COLUMN "category" text;--> statement-breakpoint
CREATE INDEX "contact_addresses_words" ON "read"."contact_addresses" USING gin (config.address_words("workspace_id", "address"));--> statement-breakpoint
CREATE INDEX "contacts_words" ON "read"."contacts" USING gin (config.name_words("workspace_id", "display_name")) WHERE display_name is not null;--> statement-breakpoint
CREATE INDEX "conversations_created" ON "read"."conversations" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "conversations_waiting" ON "read"."conversations" USING btree ("workspace_id","waiting_since","id") WHERE waiting_since is not null;--> statement-breakpoint
CREATE INDEX "conversations_incoming" ON "read"."conversations" USING btree ("workspace_id","channel_id","last_incoming_at","id") WHERE last_incoming_at is not null;--> statement-breakpoint
-- Since when a conversation waited at some place of its events, as a fold says it. A message of ours ends it with the event
-- by which it joined: of one that was scheduled that may be a later one than the first of its calls, its place in the list.
CREATE FUNCTION pg_temp.waiting_since("workspace" uuid, "conversation" uuid, "until" bigint) RETURNS timestamptz
  LANGUAGE sql STABLE AS $$
    SELECT least((e."value" ->> 'occurredAt')::timestamptz, (e."value" ->> 'recordedAt')::timestamptz)
    FROM "read"."events" e
    WHERE e."workspace_id" = "workspace" AND e."conversation_id" = "conversation" AND e."offset" < "until"
      AND e."type" = 'message.received' AND e."value" -> 'data' ->> 'contentKind' <> 'reaction'
      AND e."value" ->> 'reinterpreted' IS DISTINCT FROM 'true'
      AND e."offset" > greatest(-1, (
        SELECT max(m."added_offset") FROM "read"."messages" m
        WHERE m."workspace_id" = "workspace" AND m."conversation_id" = "conversation" AND m."direction" = 'OUTGOING'
          AND m."scheduled_at" IS NULL AND m."added_offset" < "until"
      ), (
        SELECT max(t."offset") FROM "read"."messages" m
        JOIN "read"."timeline" t ON t."workspace_id" = m."workspace_id" AND t."message_id" = m."id" AND t."is_added"
        WHERE m."workspace_id" = "workspace" AND m."conversation_id" = "conversation" AND m."scheduled_at" IS NOT NULL
          AND t."offset" < "until"
      ), (
        SELECT max(c."offset") FROM "read"."events" c
        WHERE c."workspace_id" = "workspace" AND c."conversation_id" = "conversation"
          AND c."type" = 'conversation.closed' AND c."offset" < "until"
      ))
    ORDER BY e."offset" LIMIT 1 $$;--> statement-breakpoint
UPDATE "read"."conversations" SET "waiting_since" = pg_temp.waiting_since("workspace_id", "id", 9223372036854775807)
WHERE "last_incoming_at" IS NOT NULL AND "status" = 'OPEN';--> statement-breakpoint
-- As a fold of today writes them, so that a rebuild finds no difference.
UPDATE "read"."conversation_snapshots"
SET "state" = "state" || jsonb_build_object('waitingSince', to_char(
  pg_temp.waiting_since("workspace_id", "conversation_id", "next_offset") AT TIME ZONE 'UTC',
  'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));--> statement-breakpoint
DROP FUNCTION pg_temp.waiting_since(uuid, uuid, bigint);
