CREATE TABLE "read"."conversation_snapshots" (
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"next_offset" bigint NOT NULL,
	"recorded_until" timestamp (3) with time zone NOT NULL,
	"state" jsonb NOT NULL,
	"has_address" boolean NOT NULL,
	CONSTRAINT "conversation_snapshots_pk" PRIMARY KEY("workspace_id","conversation_id","next_offset")
);
--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "event_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "recorded_until" timestamp (3) with time zone DEFAULT '1970-01-01T00:00:00.000Z' NOT NULL;--> statement-breakpoint
CREATE INDEX "events_contact" ON "read"."events" USING btree ("workspace_id","contact_id","partition","offset") WHERE type like 'contact.%';--> statement-breakpoint
CREATE INDEX "messages_once_scheduled" ON "read"."messages" USING btree ("workspace_id","conversation_id","scheduled_at","id") WHERE scheduled_at is not null;--> statement-breakpoint
UPDATE "read"."conversations" c SET "event_count" = told."count", "recorded_until" = told."until"
FROM (
	SELECT "conversation_id", count(*)::integer AS "count", max("recorded_at") AS "until"
	FROM "read"."events"
	WHERE "is_folded" AND "conversation_id" IS NOT NULL AND ("type" LIKE 'message.%' OR "type" LIKE 'conversation.%')
	GROUP BY "conversation_id"
) AS told
WHERE c."id" = told."conversation_id";
