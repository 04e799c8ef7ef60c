"""Counts Check's test cases over all suites of one `meson test`, from its report; used by tests/run.

Usage: tally.py MESON_LOGS SUITES LOG. A suite is failed as a whole when it crashed or its exit status says what its
summary does not (a leak found at exit, no summary at all). The last line is the count; exits 1 when anything failed."""
import glob
import json
import re
import sys

SUMMARY = re.compile(r'^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)', re.M)
SKIPPED = re.compile(r'^skipped: ', re.M)
FAILURE = re.compile(r':[FE]:')


def tally(report):
    """(passed, failed, skipped) of one suite."""
    if report['result'] == 'SKIP':
        return 0, 0, 1
    checks = failures = 0
    skipped = len(SKIPPED.findall(report.get('stdout') or ''))
    for found in SUMMARY.findall(report.get('stdout') or ''):
        checks += int(found[0])
        failures += int(found[1]) + int(found[2])
    if report['result'] != 'OK' and failures == 0:
        return checks - skipped, 1, skipped
    if checks == 0:
        return 0, 1, 0
    return checks - failures - skipped, failures, skipped


def details(report):
    """What a failed suite said: the failed cases, or the end of its output where none is named."""
    text = (report.get('stdout') or '') + (report.get('stderr') or '')
    named = [line for line in text.splitlines() if FAILURE.search(line)]
    sanitizer = [line for line in text.splitlines() if 'ERROR: ' in line or 'WARNING: ' in line or 'SUMMARY: ' in line]
    return named + sanitizer if named else text.splitlines()[-40:]


def main():
    logs, expected, log = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    total = [0, 0, 0]
    reports = []
    for path in glob.glob(logs + '/testlog*.json'):
        with open(path, encoding='utf-8') as lines:
            reports += [json.loads(line) for line in lines]
    for report in sorted(reports, key=lambda r: r['name']):
        counts = tally(report)
        total = [a + b for a, b in zip(total, counts)]
        words = ', '.join('%d %s' % (n, w) for n, w in zip(counts, ('passed', 'failed', 'skipped')) if n) or 'nothing'
        print('  %-24s %s (%.1f s)' % (report['name'].split(' / ')[-1], words, report['duration']))
        if counts[1]:
            if report['result'] != 'OK':
                print('    %s, exit status %s' % (report['result'], report['returncode']))
            for line in details(report):
                print('    ' + line)
    lost = expected - len(reports)
    if lost > 0:
        print('  %d suites did not run; see %s' % (lost, log))
        total[1] += lost
    if total[1]:
        print('The full log: %s/testlog.txt' % logs)
    print('%d passed, %d failed, %d skipped' % tuple(total))
    return 1 if total[1] else 0


if __name__ == '__main__':
    sys.exit(main())
