"""Applies each edit of a list to a copy of the tree, builds, and runs the suites that should notice; used by tests/run --mutants.

Usage: mutants.py TREE COPY LIST [NAME], with NAME only the edits whose name contains it; mutants.py --check TREE LIST only looks
the texts up. The list's form is told at its head. An edit survives when all of its suites pass; a build that fails, and a text
that is not there exactly once, are mistakes of the list. The last line counts: caught as passed, all else as failed."""
import os
import shutil
import signal
import subprocess
import sys
import time

LONGEST = 900  # seconds for a suite without any edit
SHORTEST, SLOWER = 30, 5  # with one it may take so long, and so many times as long as without: a loop that never ends is noticed too
OPTIONS = ['-Dbuildtype=release', '-Dexamples=disabled', '-Ddebug=false']


class Mutant:
    def __init__(self, name):
        self.name, self.path, self.suites, self.old, self.new = name, None, [], [], []


def read_list(path):
    mutants = []
    with open(path, encoding='utf-8') as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip('\n')
            if not line or line.startswith('#'):
                continue
            kind, rest = line[:2], line[2:]
            if kind == '= ':
                mutants.append(Mutant(rest))
            elif kind == '@ ':
                mutants[-1].path, *mutants[-1].suites = rest.split()
            elif kind in ('- ', '-'):
                mutants[-1].old.append(rest)
            elif kind in ('+ ', '+'):
                mutants[-1].new.append(rest)
            else:
                sys.exit('%s:%d: neither a name (=), a place (@), nor text (- or +): %s' % (path, number, line))
    return mutants


def edited(mutant, tree):
    """The file's text with the edit in it, or None and what is wrong with the list."""
    with open(os.path.join(tree, mutant.path), encoding='utf-8') as file:
        text = file.read()
    old, new = '\n'.join(mutant.old), '\n'.join(mutant.new)
    found = text.count(old) if old else 0
    if found != 1:
        return None, 'its text is %d times in %s' % (found, mutant.path)
    if old == new or not mutant.suites:
        return None, 'it changes nothing, or names no suite'
    return text.replace(old, new), None


def check(tree, mutants):
    wrong = 0
    for mutant in mutants:
        fault = edited(mutant, tree)[1] if os.path.isfile(os.path.join(tree, mutant.path)) else 'there is no ' + mutant.path
        if fault:
            print('  %s: %s' % (mutant.name, fault))
            wrong += 1
    return wrong


def copy_tree(tree, copy):
    """What git knows of, as it is in the tree now; files that are as they were keep their times."""
    names = subprocess.run(['git', '-C', tree, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], check=True,
                           stdout=subprocess.PIPE).stdout.decode().split('\0')
    for name in filter(None, names):
        source, target = os.path.join(tree, name), os.path.join(copy, name)
        if not os.path.isfile(source):
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.isfile(target) or open(source, 'rb').read() != open(target, 'rb').read():
            shutil.copyfile(source, target)


def end_session(leader):
    for pid in map(int, filter(str.isdigit, os.listdir('/proc'))):
        try:
            if os.getsid(pid) == leader:
                os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def run(command, directory, timeout=None):
    """Whether it succeeds. At the timeout all of its session is ended: Check runs each test in a group of its own."""
    environment = dict(os.environ, CK_VERBOSITY='silent', CK_TIMEOUT_MULTIPLIER='4')
    with open(os.path.join(directory, 'mutants.log'), 'ab') as log:
        process = subprocess.Popen(command, cwd=directory, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment,
                                   start_new_session=True)
        try:
            return process.wait(timeout) == 0
        except subprocess.TimeoutExpired:
            end_session(process.pid)
            process.wait()
            return False


def build(directory, suite):
    return run(['ninja', '-C', directory, 'tests/test_' + suite.split('@')[0]], directory)


def passes(directory, suite, timeout):
    """Whether SUITE, or SUITE@LEVEL with the kernels of that level, succeeds."""
    name, _, level = suite.partition('@')
    level = ['env', 'TF1C_ISA=' + level] if level else []
    return run(level + [os.path.join(directory, 'tests', 'test_' + name)], directory, timeout)


def verdict(mutant, directory, patience):
    for suite in mutant.suites:
        if not build(directory, suite):
            return 'does not compile', False
        if not passes(directory, suite, patience[suite]):
            return 'caught by ' + suite, True
    return 'SURVIVES ' + ', '.join(mutant.suites), False


def write(path, text):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def main():
    if sys.argv[1] == '--check':
        mutants = read_list(sys.argv[3])
        wrong = check(sys.argv[2], mutants)
        print('%d edits, %d of them wrong' % (len(mutants), wrong))
        return 1 if wrong else 0
    tree, copy, mutants = sys.argv[1], sys.argv[2], read_list(sys.argv[3])
    chosen = [m for m in mutants if len(sys.argv) < 5 or sys.argv[4] in m.name]
    directory = os.path.join(copy, 'build')
    copy_tree(tree, copy)
    failed = check(copy, chosen)
    if not os.path.isfile(os.path.join(directory, 'build.ninja')):
        os.makedirs(directory, exist_ok=True)
        if not run(['meson', 'setup', directory, copy] + OPTIONS, directory):
            sys.exit('Configuring failed: see %s/mutants.log' % directory)
    patience = {}
    for suite in sorted({suite for m in chosen for suite in m.suites}):
        built = build(directory, suite)
        begin = time.monotonic()
        if not built or not passes(directory, suite, LONGEST):
            sys.exit('The suite %s fails without any edit: see %s/mutants.log' % (suite, directory))
        patience[suite] = SHORTEST + SLOWER * (time.monotonic() - begin)
    caught = 0
    for mutant in chosen:
        path = os.path.join(copy, mutant.path)
        text, fault = edited(mutant, copy) if os.path.isfile(path) else (None, None)
        if text is None:
            continue
        with open(path, encoding='utf-8') as file:
            was = file.read()
        begin = time.monotonic()
        write(path, text)
        try:
            said, good = verdict(mutant, directory, patience)
        finally:
            write(path, was)
        caught += good
        failed += not good
        print('  %-88s %s (%.0f s)' % (mutant.name, said, time.monotonic() - begin), flush=True)
    print('%d passed, %d failed, 0 skipped' % (caught, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
