import fc from 'fast-check';

// Properties are tried on the same examples in every run, so that a failure is the change's and not the day's. To look
// further, PENSTOCK_TEST_SEED gives another seed; and PENSTOCK_TEST_RUNS, which says on how many worlds the properties of
// the audit trail are tried, takes another one each time. A failure names its seed.
const usual = process.env.PENSTOCK_TEST_RUNS === undefined ? 20_261_122 : Date.now() % 2 ** 31;
fc.configureGlobal({ seed: Number(process.env.PENSTOCK_TEST_SEED ?? usual) });
