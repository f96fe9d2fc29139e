DROP INDEX "read"."contacts_created";--> statement-breakpoint
ALTER TABLE "read"."contacts" ADD COLUMN "merged_into" uuid;--> statement-breakpoint
ALTER TABLE "read"."contacts" ADD COLUMN "merge_revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "work"."contact_standings" ADD COLUMN "survivor_id" uuid;--> statement-breakpoint
ALTER TABLE "work"."contact_standings" ADD COLUMN "merge_revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "contacts_merged_into" ON "read"."contacts" USING btree ("merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "contact_standings_survivor" ON "work"."contact_standings" USING btree ("survivor_id") WHERE survivor_id is not null;--> statement-breakpoint
CREATE INDEX "contacts_created" ON "read"."contacts" USING btree ("workspace_id","created_at","id") WHERE merged_into is null;