ALTER TABLE "config"."channels" ADD COLUMN "degrade_unsupported" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "read"."messages" ADD COLUMN "degraded_from" text;