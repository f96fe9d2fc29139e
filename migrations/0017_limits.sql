CREATE UNLOGGED TABLE "work"."key_budgets" (
	"api_key_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"tokens" double precision NOT NULL,
	"refilled_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "key_budgets_api_key_id_kind_pk" PRIMARY KEY("api_key_id","kind")
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "work"."key_slots" (
	"process_id" uuid NOT NULL,
	"api_key_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"count" integer NOT NULL,
	"held_until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "key_slots_process_id_api_key_id_kind_pk" PRIMARY KEY("process_id","api_key_id","kind")
);
--> statement-breakpoint
ALTER TABLE "config"."api_keys" ADD COLUMN "quota" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "key_slots_key" ON "work"."key_slots" USING btree ("api_key_id","kind");