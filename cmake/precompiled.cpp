// Carries the precompiled header that the tests, benchmarks and examples reuse.
