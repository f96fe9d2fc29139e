CREATE TABLE "config"."spent_tokens" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"channel_id" uuid NOT NULL,
	"state" text NOT NULL,
	"lease_token" uuid NOT NULL,
	"lease_until" timestamp (3) with time zone NOT NULL,
	"result_hash" "bytea",
	"settled_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "config"."spent_tokens" ADD CONSTRAINT "spent_tokens_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "config"."channels"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "spent_tokens_result" ON "config"."spent_tokens" USING btree ("result_hash");