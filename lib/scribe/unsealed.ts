/**
 * Why nothing is sealed, in words for the person who keeps the computer: what was found, and what to do next.
 * @module
 */

const goesOn = 'Recording goes on, unsealed.'
const choose =
  'Next step: bring back what belongs together; or, if that is lost, "ntp-auditor init --rekey" goes on with a new key, and ' +
  '"ntp-auditor init --succeed OLD" begins a trail that takes the place of this one'

export const why = {
  noKey: (keys: string, epoch: number): string =>
    `the key of epoch ${epoch} is not in ${keys}, or is another one than the trail names. ${goesOn} ${choose}`,
  unreadable: (keys: string, code: string): string =>
    `the keys in ${keys} cannot be read or made (${code}). ${goesOn} ` +
    'Next step: give the user of the auditor a folder of its own for "keys"',
  unreadableTrail: (folder: string, code: string): string =>
    `the records of ${folder} that are under no seal yet cannot be read (${code}). ${goesOn} ` +
    'Next step: see what the disk says; "ntp-auditor verify" tells what is lost',
  unreadableSeal: (keys: string): string =>
    `${keys}/last-seal does not say what it should, so nobody knows which trail these keys belong to. ${goesOn} ${choose}`,
  emptyTrail: (folder: string, keys: string): string =>
    `the trail ${folder} is empty, but the keys in ${keys} have served one: is its volume mounted, was it restored? ${goesOn} ${choose}`,
  olderTrail: (folder: string, seq: number, size: number): string =>
    `the trail ${folder} ends with record ${seq}, but ${size} records of it were sealed here: it was restored from a backup, ` +
    `or its computer was set back to a snapshot. ${goesOn} ${choose}`,
  otherTrail: (folder: string, size: number): string =>
    `record ${size} of the trail ${folder} is not the one that was sealed here: it was restored, altered, or belongs to others. ${goesOn} ${choose}`,
  otherComputer: (keys: string): string =>
    `the keys in ${keys} were made on another computer: this one is a copy of it. ${goesOn} ` +
    'Next step: give this computer a trail and keys of its own ("ntp-auditor init", with --succeed OLD to cite the old trail), ' +
    'or, if the other one is gone for ever, "ntp-auditor init --rekey"',
  otherGenesis: (keys: string, genesis: string): string =>
    `the key in ${keys} is not the one whose public half ${genesis} holds. ${goesOn} ` +
    'Next step: see whether "keys" and "genesis" belong together',
  lostSeal: (folder: string, epoch: number): string =>
    `the seal of epoch ${epoch} is missing in ${folder}, and its key is gone. Later epochs are sealed. Next step: "ntp-auditor verify"`,
  damaged: (folder: string, seq: number): string =>
    `the trail ${folder} has lost records from ${seq} on, and with them the tree that seals are made of. ${goesOn} ` +
    'Next step: "ntp-auditor verify" tells what is lost; "ntp-auditor init --succeed OLD" begins a trail that takes its place',
}
