/**
 * Property tests draw the same cases at every run, so that a red run can be repeated; `SEED=random` draws new ones, `SEED=n`
 * those of another run.
 */
import fc from 'fast-check'

const wanted = process.env.SEED
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted ?? 20_361_207) })
