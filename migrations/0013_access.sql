CREATE TABLE "config"."refresh_tokens" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"api_key_id" uuid NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"spent_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "config"."api_keys" ADD COLUMN "secret_expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "config"."api_keys" ADD COLUMN "previous_secret_hash" "bytea";--> statement-breakpoint
ALTER TABLE "config"."api_keys" ADD COLUMN "previous_secret_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "config"."api_keys" ADD COLUMN "secret_id_hash" "bytea";--> statement-breakpoint
ALTER TABLE "config"."api_keys" ADD COLUMN "last_used_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "config"."workspaces" ADD COLUMN "suspended_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "config"."refresh_tokens" ADD CONSTRAINT "refresh_tokens_api_key_id_api_keys_id_fk" FOREIGN KEY ("api_key_id") REFERENCES "config"."api_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "refresh_tokens_api_key" ON "config"."refresh_tokens" USING btree ("api_key_id","expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_previous_secret_hash" ON "config"."api_keys" USING btree ("previous_secret_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_secret_id_hash" ON "config"."api_keys" USING btree ("secret_id_hash");--> statement-breakpoint
CREATE INDEX "api_keys_workspace" ON "config"."api_keys" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "events_audit" ON "read"."events" USING btree ("workspace_id","offset") WHERE type = 'audit.recorded';