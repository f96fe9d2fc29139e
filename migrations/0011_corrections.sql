ALTER TABLE "read"."conversations" ADD COLUMN "all_read_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "read"."messages" ADD COLUMN "words" jsonb DEFAULT '{}'::jsonb NOT NULL;