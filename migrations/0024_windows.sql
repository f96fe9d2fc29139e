ALTER TABLE "read"."conversations" ADD COLUMN "address_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "merged_into" uuid;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "merged_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "heard_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "read"."conversations" ADD COLUMN "provider_contact_id" text;--> statement-breakpoint
ALTER TABLE "work"."addresses" ADD COLUMN "moved_to" text;--> statement-breakpoint
ALTER TABLE "work"."addresses" ADD COLUMN "moved_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "work"."addresses" ADD COLUMN "back_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "conversations_merged" ON "read"."conversations" USING btree ("workspace_id","merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "addresses_moved" ON "work"."addresses" USING btree ("conversation_id") WHERE moved_to is not null;