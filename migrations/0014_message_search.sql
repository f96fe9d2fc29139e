-- By whose rules words are found: PARLEY_SEARCH_LANGUAGE, which each start compares (src/database/search-language.ts).
CREATE FUNCTION "config"."search_language"() RETURNS regconfig
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'pg_catalog.simple'::regconfig $$;--> statement-breakpoint
-- What a message says that can be looked for. Bounded: 100,000 different words are more than a tsvector of 1 MB holds.
CREATE FUNCTION "config"."search_text"("content" jsonb) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(coalesce("content" ->> 'title', '') || ' ' || coalesce("content" ->> 'subject', '') || ' '
      || coalesce("content" ->> 'text', ''), 100000) $$;--> statement-breakpoint
-- Its words, and one for the workspace.
CREATE FUNCTION "config"."search_words"("workspace" uuid, "content" jsonb) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector("config"."search_language"(), "config"."search_text"("content"))
      || array_to_tsvector(ARRAY['ws' || replace("workspace"::text, '-', '')]) $$;--> statement-breakpoint
CREATE INDEX "messages_search" ON "read"."messages" USING gin (config.search_words("workspace_id", "content")) WHERE added_offset is not null;