/**
 * In CI generated tests draw the same cases in every run, so that a red run means a change and not a throw of dice; elsewhere
 * they draw new ones. `AMBIT_SEED` sets the seed: a failing one becomes a case.
 */
import fc from 'fast-check'

const CI_SEED = '20261122'
const seed = process.env.AMBIT_SEED ?? (process.env.CI === undefined ? undefined : CI_SEED)
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) })
