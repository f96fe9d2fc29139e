import { defineConfig } from 'vite';

// Everything is bundled, fonts and Monaco's workers included: the page must work on a machine without a network.
export default defineConfig({
  base: '/graphiql/',
  build: {
    outDir: '../../dist/graphiql',
    emptyOutDir: true,
    reportCompressedSize: false,
    // Monaco alone is 3 MB; it comes from the same machine.
    chunkSizeWarningLimit: 8_000,
  },
  worker: { format: 'es' },
});
