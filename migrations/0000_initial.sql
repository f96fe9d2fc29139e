CREATE SCHEMA "config";
--> statement-breakpoint
CREATE SCHEMA "log";
--> statement-breakpoint
CREATE SCHEMA "read";
--> statement-breakpoint
CREATE SCHEMA "work";
--> statement-breakpoint
CREATE TABLE "config"."api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"secret_hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "config"."channels" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"provider" text NOT NULL,
	"platform" text NOT NULL,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"settings_sealed" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "config"."instance" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"id_secret_sealed" "bytea" NOT NULL,
	"id_fingerprint" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "config"."workspaces" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log"."identity" (
	"singleton" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"id" text NOT NULL,
	"partition_count" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log"."partitions" (
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"next_offset" bigint NOT NULL,
	CONSTRAINT "partitions_topic_partition_pk" PRIMARY KEY("topic","partition")
);
--> statement-breakpoint
CREATE TABLE "log"."records" (
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"key" text,
	"headers" jsonb NOT NULL,
	"value" "bytea",
	"appended_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "records_topic_partition_offset_pk" PRIMARY KEY("topic","partition","offset")
);
--> statement-breakpoint
CREATE TABLE "read"."contact_addresses" (
	"contact_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"address" text NOT NULL,
	CONSTRAINT "contact_addresses_contact_id_channel_id_address_pk" PRIMARY KEY("contact_id","channel_id","address")
);
--> statement-breakpoint
CREATE TABLE "read"."contacts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"display_name" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "read"."conversations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"contact_id" uuid,
	"address" text,
	"status" text NOT NULL,
	"incoming_count" integer NOT NULL,
	"read_incoming_count" integer NOT NULL,
	"last_message_id" uuid,
	"last_activity_at" timestamp (3) with time zone NOT NULL,
	"last_incoming_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "read"."events" (
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"id" uuid NOT NULL,
	"type" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"channel_id" uuid,
	"conversation_id" uuid,
	"contact_id" uuid,
	"message_id" uuid,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"is_folded" boolean NOT NULL,
	"value" jsonb NOT NULL,
	CONSTRAINT "events_partition_offset_pk" PRIMARY KEY("partition","offset")
);
--> statement-breakpoint
CREATE TABLE "read"."messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"contact_id" uuid,
	"direction" text,
	"author" text,
	"author_id" text,
	"content_kind" text,
	"content" jsonb,
	"is_erased" boolean NOT NULL,
	"parts" integer,
	"progress" jsonb NOT NULL,
	"status" text NOT NULL,
	"status_at" timestamp (3) with time zone NOT NULL,
	"failure" jsonb,
	"provider_message_ids" text[] NOT NULL,
	"reference" text,
	"idempotency_key" text,
	"metadata" jsonb,
	"provider_data" jsonb,
	"reply_to_message_id" uuid,
	"added_partition" integer,
	"added_offset" bigint,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "read"."positions" (
	"partition" integer PRIMARY KEY NOT NULL,
	"next_offset" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "read"."timeline" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"message_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"status" text NOT NULL,
	"is_stage_unknown" boolean NOT NULL,
	"attempt" integer NOT NULL,
	"part" integer,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"failure" jsonb,
	"is_move" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "work"."addresses" (
	"channel_id" uuid NOT NULL,
	"address_hash" "bytea" NOT NULL,
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "addresses_channel_id_address_hash_pk" PRIMARY KEY("channel_id","address_hash")
);
--> statement-breakpoint
CREATE TABLE "work"."dead_letters" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"reason" text NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dead_letters_consumer_topic_partition_offset_pk" PRIMARY KEY("consumer","topic","partition","offset")
);
--> statement-breakpoint
CREATE TABLE "work"."dispatches" (
	"message_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"part" integer NOT NULL,
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"state" text NOT NULL,
	"queue_offset" bigint NOT NULL,
	"call" integer DEFAULT 0 NOT NULL,
	"run_at" timestamp (3) with time zone NOT NULL,
	"lease_token" uuid,
	"lease_until" timestamp (3) with time zone,
	"called_at" timestamp (3) with time zone,
	"settled_at" timestamp (3) with time zone,
	"payload" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dispatches_message_id_attempt_part_pk" PRIMARY KEY("message_id","attempt","part")
);
--> statement-breakpoint
CREATE TABLE "work"."idempotency_keys" (
	"workspace_id" uuid NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"message_id" uuid NOT NULL,
	"event_id" uuid NOT NULL,
	"headers" jsonb NOT NULL,
	"value" "bytea" NOT NULL,
	"partition" integer,
	"offset" bigint,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_workspace_id_key_pk" PRIMARY KEY("workspace_id","key")
);
--> statement-breakpoint
CREATE TABLE "work"."lanes" (
	"conversation_id" uuid PRIMARY KEY NOT NULL,
	"channel_id" uuid NOT NULL,
	"run_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "work"."outbox" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"headers" jsonb NOT NULL,
	"value" "bytea" NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "work"."parked_receipts" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"channel_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"provider_message_id" text NOT NULL,
	"receipt" jsonb NOT NULL,
	"raw_webhook_id" uuid NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"run_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"parked_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "work"."positions" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"next_offset" bigint NOT NULL,
	CONSTRAINT "positions_consumer_topic_partition_pk" PRIMARY KEY("consumer","topic","partition")
);
--> statement-breakpoint
CREATE TABLE "work"."provider_messages" (
	"channel_id" uuid NOT NULL,
	"provider_message_id" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"part" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "provider_messages_channel_id_provider_message_id_pk" PRIMARY KEY("channel_id","provider_message_id")
);
--> statement-breakpoint
ALTER TABLE "config"."api_keys" ADD CONSTRAINT "api_keys_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "config"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "config"."channels" ADD CONSTRAINT "channels_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "config"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_secret_hash" ON "config"."api_keys" USING btree ("secret_hash");--> statement-breakpoint
CREATE INDEX "channels_workspace" ON "config"."channels" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "contact_addresses_address" ON "read"."contact_addresses" USING btree ("workspace_id","address","contact_id");--> statement-breakpoint
CREATE INDEX "contacts_created" ON "read"."contacts" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "conversations_activity" ON "read"."conversations" USING btree ("workspace_id","last_activity_at","id");--> statement-breakpoint
CREATE INDEX "conversations_channel" ON "read"."conversations" USING btree ("workspace_id","channel_id","last_activity_at","id");--> statement-breakpoint
CREATE INDEX "conversations_contact" ON "read"."conversations" USING btree ("workspace_id","contact_id","last_activity_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "events_id" ON "read"."events" USING btree ("id");--> statement-breakpoint
CREATE INDEX "events_workspace" ON "read"."events" USING btree ("workspace_id","partition","offset");--> statement-breakpoint
CREATE INDEX "events_conversation" ON "read"."events" USING btree ("workspace_id","conversation_id","partition","offset");--> statement-breakpoint
CREATE INDEX "events_message" ON "read"."events" USING btree ("workspace_id","message_id","partition","offset");--> statement-breakpoint
CREATE INDEX "messages_conversation" ON "read"."messages" USING btree ("workspace_id","conversation_id","added_offset");--> statement-breakpoint
CREATE INDEX "messages_unread" ON "read"."messages" USING btree ("workspace_id","conversation_id","direction","added_offset");--> statement-breakpoint
CREATE INDEX "timeline_message" ON "read"."timeline" USING btree ("workspace_id","message_id","partition","offset");--> statement-breakpoint
CREATE INDEX "dispatches_lane" ON "work"."dispatches" USING btree ("conversation_id","state","queue_offset","part");--> statement-breakpoint
CREATE INDEX "dispatches_lease" ON "work"."dispatches" USING btree ("state","lease_until");--> statement-breakpoint
CREATE INDEX "dispatches_channel_called" ON "work"."dispatches" USING btree ("channel_id","called_at");--> statement-breakpoint
CREATE INDEX "idempotency_keys_event" ON "work"."idempotency_keys" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at" ON "work"."idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "lanes_channel_run_at" ON "work"."lanes" USING btree ("channel_id","run_at");--> statement-breakpoint
CREATE INDEX "outbox_created_at" ON "work"."outbox" USING btree ("created_at","sequence");--> statement-breakpoint
CREATE INDEX "parked_receipts_run_at" ON "work"."parked_receipts" USING btree ("run_at");--> statement-breakpoint
CREATE INDEX "parked_receipts_provider_message" ON "work"."parked_receipts" USING btree ("channel_id","provider_message_id");