ALTER TABLE "read"."conversations" ADD COLUMN "snoozed_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "agent_id" text;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "team_id" text;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "labels" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "attributes" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "conversations_open" ON "read"."conversations" USING btree ("workspace_id","last_activity_at","id") WHERE status = 'OPEN';--> statement-breakpoint
CREATE INDEX "conversations_unassigned" ON "read"."conversations" USING btree ("workspace_id","last_activity_at","id") WHERE status = 'OPEN' and agent_id is null and team_id is null;--> statement-breakpoint
CREATE INDEX "conversations_agent" ON "read"."conversations" USING btree ("workspace_id","agent_id","last_activity_at","id") WHERE agent_id is not null;--> statement-breakpoint
CREATE INDEX "conversations_agent_open" ON "read"."conversations" USING btree ("workspace_id","agent_id","last_activity_at","id") WHERE agent_id is not null and status = 'OPEN';--> statement-breakpoint
CREATE INDEX "conversations_team" ON "read"."conversations" USING btree ("workspace_id","team_id","last_activity_at","id") WHERE team_id is not null;--> statement-breakpoint
CREATE INDEX "conversations_team_open" ON "read"."conversations" USING btree ("workspace_id","team_id","last_activity_at","id") WHERE team_id is not null and status = 'OPEN';--> statement-breakpoint
CREATE INDEX "conversations_snoozed" ON "read"."conversations" USING btree ("workspace_id","last_activity_at","id") WHERE snoozed_until is not null;--> statement-breakpoint
CREATE INDEX "conversations_labels" ON "read"."conversations" USING gin (array_prepend(workspace_id::text, labels)) WHERE labels <> '{}';