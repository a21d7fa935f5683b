import fc from 'fast-check';

// Properties are tried on the same examples in every run, so that a failure is the change's and not the day's. To look
// further, PENSTOCK_TEST_SEED gives another seed.
fc.configureGlobal({ seed: Number(process.env.PENSTOCK_TEST_SEED ?? 20_261_122) });
