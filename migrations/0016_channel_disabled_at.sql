ALTER TABLE "config"."channels" ADD COLUMN "disabled_at" timestamp (3) with time zone;--> statement-breakpoint
-- Nobody knows since when: from now on they have a day, as those that are disabled today.
UPDATE "config"."channels" SET "disabled_at" = now() WHERE NOT "is_enabled";
