// The table. A target is a ratio to the peer measured in the same run, or an absolute figure where there is no peer.

export function printRows(rows) {
  console.log();
  for (const row of rows) {
    const { what, ours, theirs, spread, peerSpread, target, missing } = row;
    if (missing !== undefined) {
      console.log(`${'ABSENT'.padEnd(7)} ${what.padEnd(46)} not measured: ${missing}`);
      continue;
    }
    const figures = [`ours ${figure(ours)}${between(spread)}`];
    if (theirs !== undefined) figures.push(`peer ${figure(theirs)}${between(peerSpread)}`);
    if (theirs) figures.push(`ratio ${(ours / theirs).toFixed(2)}`);
    console.log(`${verdict(row).padEnd(7)} ${what.padEnd(46)} ${figures.join(' · ')}${target ? `  (target: ${wording(target)})` : ''}`);
  }
  const peers = [...new Set(rows.flatMap(({ peer }) => peer ?? []))];
  const missed = rows.filter((row) => verdict(row) === 'MISSED').length;
  console.log(`\nMedians (least to greatest of the rounds), Node ${process.versions.node}. Peers:`);
  for (const peer of peers) console.log(`  ${peer}`);
  const absent = rows.filter((row) => row.missing !== undefined).length;
  const unmeasured = absent === 0 ? '' : ` ${absent} of the rows not measured.`;
  console.log(`${missed === 0 ? 'Every target that was measured is met.' : `${missed} of the targets missed.`}${unmeasured}`);
}

function verdict({ ours, theirs, spread, target, missing }) {
  if (!target || missing !== undefined) return '';
  // In every round, not in most.
  if ('equals' in target) return spread.every((value) => value === target.equals) ? 'met' : 'MISSED';
  const value = target.absolute ? ours : ours / theirs;
  return (target.most === undefined || value <= target.most) && (target.least === undefined || value >= target.least) ? 'met' : 'MISSED';
}

function wording({ most, least, equals, absolute }) {
  if (equals !== undefined) return `${equals}`;
  const unit = absolute ? '' : ' x the peer';
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  return most === undefined ? `at least ${least}${unit}` : `at most ${most}${unit}`;
}

function figure(value) {
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : Number(value.toFixed(2)).toString();
}

function between(range) {
  return range === undefined ? '' : ` (${figure(range[0])} to ${figure(range[1])})`;
}
