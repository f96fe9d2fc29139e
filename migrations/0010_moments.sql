CREATE TABLE "read"."conversation_snapshots" (
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"partition" integer NOT NULL,
	"next_offset" bigint NOT NULL,
	"state" jsonb NOT NULL,
	"has_address" boolean NOT NULL,
	CONSTRAINT "conversation_snapshots_pk" PRIMARY KEY("workspace_id","conversation_id","next_offset")
);
--> statement-breakpoint
CREATE TABLE "read"."journal_marks" (
	"partition" integer NOT NULL,
	"next_offset" bigint NOT NULL,
	"recorded_until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "journal_marks_partition_next_offset_pk" PRIMARY KEY("partition","next_offset")
);
--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "event_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "journal_marks_recorded" ON "read"."journal_marks" USING btree ("partition","recorded_until","next_offset");--> statement-breakpoint
CREATE INDEX "events_contact" ON "read"."events" USING btree ("workspace_id","contact_id","partition","offset") WHERE type like 'contact.%';--> statement-breakpoint
CREATE INDEX "messages_once_scheduled" ON "read"."messages" USING btree ("workspace_id","conversation_id","scheduled_at","id") WHERE scheduled_at is not null;--> statement-breakpoint
INSERT INTO "read"."journal_marks" ("partition", "next_offset", "recorded_until")
SELECT "partition", "next_offset", max("until") OVER (PARTITION BY "partition" ORDER BY "next_offset")
FROM (
	SELECT "partition", ("offset" / 512 + 1) * 512 AS "next_offset", max("recorded_at") AS "until"
	FROM "read"."events" GROUP BY 1, 2
) AS "stretches"
WHERE "next_offset" <= (SELECT p."next_offset" FROM "read"."positions" p WHERE p."partition" = "stretches"."partition");
