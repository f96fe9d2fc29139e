CREATE TABLE "config"."template_channels" (
	"workspace_id" uuid NOT NULL,
	"template_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"name" text,
	"provider_status" text,
	"synced_at" timestamp (3) with time zone,
	CONSTRAINT "template_channels_workspace_id_template_id_channel_id_pk" PRIMARY KEY("workspace_id","template_id","channel_id")
);
--> statement-breakpoint
CREATE TABLE "config"."templates" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"locale" text DEFAULT '' NOT NULL,
	"version" text DEFAULT '' NOT NULL,
	"header" jsonb,
	"body" text NOT NULL,
	"footer" text DEFAULT '' NOT NULL,
	"buttons" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "config"."template_channels" ADD CONSTRAINT "template_channels_template_id_templates_id_fk" FOREIGN KEY ("template_id") REFERENCES "config"."templates"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "config"."template_channels" ADD CONSTRAINT "template_channels_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "config"."channels"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "config"."templates" ADD CONSTRAINT "templates_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "config"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "template_channels_name" ON "config"."template_channels" USING btree ("workspace_id","channel_id","name");--> statement-breakpoint
CREATE INDEX "template_channels_template" ON "config"."template_channels" USING btree ("template_id");--> statement-breakpoint
CREATE UNIQUE INDEX "templates_name" ON "config"."templates" USING btree ("workspace_id","name","locale","version");--> statement-breakpoint
CREATE INDEX "templates_workspace" ON "config"."templates" USING btree ("workspace_id","created_at","id");