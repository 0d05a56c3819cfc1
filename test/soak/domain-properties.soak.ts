// The domain's properties with fifty times the cases and a fresh seed each run.
process.env['LONGTAKE_SOAK'] = '1';
await import('../domain/calendar.test.ts');
await import('../domain/coverage.test.ts');
await import('../domain/gaps.test.ts');
await import('../domain/merge-timeline.test.ts');
await import('../domain/redact.test.ts');
await import('../domain/slug.test.ts');
await import('../domain/url.test.ts');
