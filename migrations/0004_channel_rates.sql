CREATE TABLE "work"."channel_rates" (
	"channel_id" uuid PRIMARY KEY NOT NULL,
	"tokens" double precision NOT NULL,
	"refilled_at" timestamp (6) with time zone NOT NULL
);
