DROP INDEX "work"."dispatches_lane";--> statement-breakpoint
ALTER TABLE "read"."messages" ADD COLUMN "reactions" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "read"."messages" ADD COLUMN "scheduled_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "read"."timeline" ADD COLUMN "is_added" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "work"."channel_rates" ADD COLUMN "throttled_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "work"."dispatches" ADD COLUMN "scheduled_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "work"."dispatches" ADD COLUMN "deferrals" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "work"."dispatches" ADD COLUMN "deferred_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "work"."dispatches" ADD COLUMN "look_up_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "work"."dispatches" ADD COLUMN "look_ups" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "messages_scheduled" ON "read"."messages" USING btree ("workspace_id","conversation_id","scheduled_at","id") WHERE status = 'SCHEDULED';--> statement-breakpoint
CREATE INDEX "dispatches_scheduled" ON "work"."dispatches" USING btree ("run_at") WHERE state = 'scheduled';--> statement-breakpoint
CREATE INDEX "dispatches_waiting" ON "work"."dispatches" USING btree ("channel_id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "dispatches_look_up" ON "work"."dispatches" USING btree ("look_up_at") WHERE look_up_at is not null;--> statement-breakpoint
CREATE INDEX "provider_messages_message" ON "work"."provider_messages" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "dispatches_lane" ON "work"."dispatches" USING btree ("conversation_id","state","queue_offset","message_id","part");--> statement-breakpoint
-- Until now a message joined its conversation's messages with its first event.
UPDATE "read"."timeline" SET "is_added" = true WHERE "status" IN ('ACCEPTED', 'RECEIVED');
