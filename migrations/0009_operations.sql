CREATE TABLE "work"."operations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"arguments" jsonb NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"is_cancel_asked" boolean DEFAULT false NOT NULL,
	"progress" jsonb,
	"result" jsonb,
	"failure" text,
	"beginnings" integer DEFAULT 0 NOT NULL,
	"lease_token" uuid,
	"lease_until" timestamp (3) with time zone,
	"requested_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE UNIQUE INDEX "operations_unfinished" ON "work"."operations" USING btree ("kind") WHERE state in ('waiting', 'running');--> statement-breakpoint
CREATE INDEX "operations_requested" ON "work"."operations" USING btree ("requested_at");