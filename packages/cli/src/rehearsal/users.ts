// Users of the demonstration, by their User IDs (packages/simulator has them with names and systems).

/** The large supplier, whose route is blocked. */
export const SUPPLIER = '90-B3-D5-1F-30-01-00-00';
/** Others to whom messages are pushed: a supplier, two small ones with shared systems, an electricity network. */
export const OTHERS = ['02', '04', '05', '07'].map((tail) => `90-B3-D5-1F-30-${tail}-00-00`);
