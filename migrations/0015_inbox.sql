CREATE TABLE "read"."conversation_counts" (
	"workspace_id" uuid NOT NULL,
	"partition" integer NOT NULL,
	"status" text NOT NULL,
	"agent_id" text NOT NULL,
	"team_id" text NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "conversation_counts_pk" PRIMARY KEY("workspace_id","status","agent_id","team_id","partition")
);
--> statement-breakpoint
CREATE TABLE "read"."conversation_notes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"author_id" text,
	"text" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"offset" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "work"."contact_standings" (
	"contact_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"is_blocked" boolean DEFAULT false NOT NULL,
	"block_revision" integer DEFAULT 0 NOT NULL,
	"is_opted_out" boolean DEFAULT false NOT NULL,
	"consent_revision" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "read"."contacts" ADD COLUMN "attributes" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "read"."contacts" ADD COLUMN "attributes_revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "read"."contacts" ADD COLUMN "blocked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "read"."contacts" ADD COLUMN "block_revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "read"."contacts" ADD COLUMN "opted_out_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "read"."contacts" ADD COLUMN "consent_revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "snoozed_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "agent_id" text;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "team_id" text;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "labels" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "attributes" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "conversation_notes_conversation" ON "read"."conversation_notes" USING btree ("workspace_id","conversation_id","offset");--> statement-breakpoint
CREATE INDEX "conversations_open" ON "read"."conversations" USING btree ("workspace_id","last_activity_at","id") WHERE status = 'OPEN';--> statement-breakpoint
CREATE INDEX "conversations_unassigned" ON "read"."conversations" USING btree ("workspace_id","last_activity_at","id") WHERE status = 'OPEN' and agent_id is null and team_id is null;--> statement-breakpoint
CREATE INDEX "conversations_agent" ON "read"."conversations" USING btree ("workspace_id","agent_id","last_activity_at","id") WHERE agent_id is not null;--> statement-breakpoint
CREATE INDEX "conversations_agent_open" ON "read"."conversations" USING btree ("workspace_id","agent_id","last_activity_at","id") WHERE agent_id is not null and status = 'OPEN';--> statement-breakpoint
CREATE INDEX "conversations_team" ON "read"."conversations" USING btree ("workspace_id","team_id","last_activity_at","id") WHERE team_id is not null;--> statement-breakpoint
CREATE INDEX "conversations_team_open" ON "read"."conversations" USING btree ("workspace_id","team_id","last_activity_at","id") WHERE team_id is not null and status = 'OPEN';--> statement-breakpoint
CREATE INDEX "conversations_snoozed" ON "read"."conversations" USING btree ("workspace_id","last_activity_at","id") WHERE snoozed_until is not null;--> statement-breakpoint
CREATE INDEX "conversations_labels" ON "read"."conversations" USING gin (array_prepend(workspace_id::text, labels)) WHERE labels <> '{}';--> statement-breakpoint
CREATE INDEX "messages_sent_at" ON "read"."messages" USING btree ("workspace_id","created_at") WHERE direction = 'OUTGOING';--> statement-breakpoint
CREATE INDEX "messages_contact" ON "read"."messages" USING btree ("workspace_id","contact_id","created_at","id") WHERE added_offset is not null;--> statement-breakpoint
INSERT INTO "read"."conversation_counts" ("workspace_id", "partition", "status", "agent_id", "team_id", "count")
SELECT c."workspace_id", home."partition", c."status", '', '', count(*)
FROM "read"."conversations" c CROSS JOIN LATERAL (
  SELECT e."partition" FROM "read"."events" e
  WHERE e."workspace_id" = c."workspace_id" AND e."conversation_id" = c."id" LIMIT 1
) home GROUP BY 1, 2, 3;
--> statement-breakpoint
-- As a fold of today writes them, so that a rebuild finds no difference.
UPDATE "read"."conversation_snapshots"
SET "state" = '{"snoozedUntil": null, "agentId": null, "teamId": null, "labels": [], "attributes": {}}'::jsonb || "state";
