import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * `npm run dashboard:dev` serves the sources with hot reloading, and passes what is for the API on to the one of `npm start`
 * (DASHBOARD_API, http://127.0.0.1:3000).
 */
const api = process.env['DASHBOARD_API'] ?? 'http://127.0.0.1:3000';
const forTheApi = ['/v1', '/auth', '/auth-links', '/openapi.json', '/docs'];

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  build: {
    target: 'es2023',
    // Browsers that know light-dark(): 2024 and later.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    sourcemap: false,
    // No data: URLs: the content security policy allows none for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(forTheApi.map((path) => [path, { target: api, changeOrigin: false }])),
  },
});
