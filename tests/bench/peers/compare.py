"""Times the peers on the workloads of bench_steps and compares: each peer in a virtual environment of its own, made on first
use; a peer that cannot be had is printed as missing.

Usage: compare.py FOLDER BENCH_STEPS.json BENCH_STEPS [THREADS]   FOLDER keeps the environments; BENCH_STEPS is the program that wrote
the .json. A shared machine's speed comes and goes, so each workload is timed in ROUNDS, tf1c and the peers in turn; the best counts.
TF1C_PEER_TF1, TF1C_PEER_TF2, TF1C_PEER_TORCH, TF1C_PEER_JAX name a Python that has one already."""
import glob
import json
import os
import subprocess
import sys

ROUNDS = 2
HERE = os.path.dirname(os.path.abspath(__file__))
# name, Pythons it runs on, script, packages, the variable that names a ready Python
PEERS = [('TF 1.15.5', ['3.7'], 'tf.py', ['tensorflow==1.15.5', 'protobuf<3.21'], 'TF1C_PEER_TF1'),
         ('TF 2.15', ['3.11', '3.10', '3.9'], 'tf.py', ['tensorflow-cpu==2.15.1'], 'TF1C_PEER_TF2'),
         ('PyTorch 2.7', ['3.11', '3.12', '3.10', '3.9'], 'torch_step.py', ['torch==2.7.1', 'numpy'], 'TF1C_PEER_TORCH'),
         ('JAX 0.4.38', ['3.11', '3.12', '3.10'], 'jax_step.py', ['jax[cpu]==0.4.38'], 'TF1C_PEER_JAX')]
# workload: (at most x its GEMMs alone, at most x the fastest peer)
WANTED = {'static': (1.15, .35), 'dynamic': (1.15, .35), 'scan': (2.3, .22), 'char': (1.2, .6), 'mlp': (1.3, .45), 'cnn': (1.4, .8),
          'gru': (None, .4), 'bidir': (None, .4), 'embedding': (None, .5), 'softmax': (None, .5), 'step': (None, .1),
          'sentence': (None, .5), 'while': (None, .35), 'autoencoder': (None, .3), 'resnet': (None, .9), 'translator': (None, .4),
          'ctc': (None, .5), 'dcgan': (None, .7), 'pipeline': (None, 1), 'add': (None, .02)}
ONCE = 180  # seconds for what is done once, a graph's gradients and first run
# what is ready before it is asked for: the best time is that of looking at it, the usual one says how fast it comes
USUAL = {'pipeline'}
# the overhead of a session's run: of the peers that have sessions
AMONG = {'add': ['TF 1.15.5', 'TF 2.15']}


def find_python(versions):
    """An interpreter of one of the versions that does run: on the path, or one that pyenv keeps."""
    for version in versions:
        kept = sorted(glob.glob(os.path.expanduser('~/.pyenv/versions/%s.*/bin/python' % version)))
        for python in ['python' + version] + kept:
            try:
                if subprocess.run([python, '-c', ''], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                    return python
            except OSError:
                pass
    return None


def environment(folder, peer):
    """The peer's Python, or why there is none."""
    name, versions, _, packages, variable = peer
    if os.environ.get(variable):
        return os.environ[variable], None
    python = find_python(versions)
    if not python:
        return None, 'no Python ' + ' or '.join(versions)
    home = os.path.join(folder, name.replace(' ', '-').lower())
    ready, own = os.path.join(home, 'ready'), os.path.join(home, 'bin', 'python')
    if os.path.exists(ready):
        return own, None
    print('Installing %s …' % name, flush=True)
    with open(home + '.log', 'w') as log:
        for command in [python, '-m', 'venv', '--clear', home], [own, '-m', 'pip', 'install', *packages]:
            try:
                done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, timeout=1800).returncode == 0
            except (OSError, subprocess.TimeoutExpired):
                done = False
            if not done:
                return None, 'cannot be installed, see %s.log' % home
    open(ready, 'w').close()
    return own, None


def measure(python, script, workload, threads, patience=600):
    """(best, median) in ms, or None: the peer does not have this one, or takes longer than so many seconds."""
    try:
        out = subprocess.run([python, os.path.join(HERE, script), workload, str(threads)], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, timeout=patience)
        return tuple(float(x) for x in out.stdout.split()) if out.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def measure_again(program, run, workload, threads):
    """Another round of tf1c's own: whatever was faster stays in `run`."""
    again = os.path.join(os.path.dirname(os.path.abspath(program)), 'again.json')
    try:
        subprocess.run([program, '--only', workload, '--no-sweeps', '--seconds', '1', '--json', again], stdout=subprocess.DEVNULL,
                       check=True, timeout=600)
        with open(again) as f:
            found = [r for w in json.load(f)['workloads'] if w['name'] == workload for r in w['runs'] if r['threads'] == threads]
        os.remove(again)
    except (OSError, ValueError, subprocess.SubprocessError):
        return
    for key in 'best_ms', 'median_ms', 'gemms_ms':
        run[key] = min(run[key], *(r[key] for r in found))


def fastest_of(rounds):
    """The better of a peer's rounds, those that gave an answer."""
    return min((t for t in rounds if t), default=None)


def unrolled(bench):
    """Of static_rnn unrolled: what it takes to make its gradients and to run it for the first time."""
    return [{'name': 'unroll%d' % g['T'], 'what': 'static_rnn of %d steps: its gradients made, its first run' % g['T'], 'flop': 0,
             'runs': [{'threads': 2, 'best_ms': g['gradients_ms'] + g['first_ms'], 'gemms_ms': 0}]}
            for g in bench.get('growth', []) if g['name'] == 'static']


def main():
    folder, path, program = sys.argv[1:4]
    threads = int(sys.argv[4]) if len(sys.argv) > 4 else 2
    with open(path) as f:
        bench = json.load(f)
    os.makedirs(folder, exist_ok=True)
    pythons = {}
    for peer in PEERS:
        python, why = environment(folder, peer)
        pythons[peer[0]] = python
        if not python:
            print('%s is missing: %s' % (peer[0], why))
    print('\n%d threads, best ms a step' % threads)
    print('%-11s %10s %12s' % ('', 'tf1c', 'GEMMs alone') + ''.join('%14s' % p[0] for p in PEERS) + '   ratios (to reach)')
    bench['unrolled'] = unrolled(bench)
    bench['peers'] = [p[0] for p in PEERS]
    for w in bench['workloads'] + bench['unrolled']:
        run = next((r for r in w['runs'] if r['threads'] == threads), None)
        if not run:
            continue
        rounds, once = [], w in bench['unrolled']
        for _ in range(1 if once else ROUNDS):
            rounds.append({p[0]: measure(pythons[p[0]], p[2], w['name'], threads, ONCE if once else 600) if pythons[p[0]] else None
                           for p in PEERS})
            if not once:
                measure_again(program, run, w['name'], threads)
        times = {p[0]: fastest_of(r[p[0]] for r in rounds) for p in PEERS}
        w['peers'] = {name: {'best_ms': t[0], 'median_ms': t[1]} for name, t in times.items() if t}
        gemms, fastest = WANTED.get(w['name'], (None, None))
        verdict = []
        if gemms and run['gemms_ms']:
            ratio = run['best_ms'] / run['gemms_ms']
            verdict.append('%.2f x GEMMs (%.2f)%s' % (ratio, gemms, '' if ratio <= gemms else ' not met'))
        key, of_pair = ('median_ms', 1) if w['name'] in USUAL else ('best_ms', 0)
        w['counts'] = key
        rivals = [t[of_pair] for name, t in times.items() if t and name in AMONG.get(w['name'], times)]
        if fastest and rivals:
            ratio = run[key] / min(rivals)
            verdict.append('%.3f x fastest (%.2f)%s' % (ratio, fastest, '' if ratio <= fastest else ' not met'))
        lost = [p[0] for p in PEERS if not pythons[p[0]]]
        if lost:
            verdict.append('not met: missing ' + ', '.join(lost))
        print('%-11s %10.4f %12.4f' % (w['name'], run[key], run['gemms_ms']) +
              ''.join('%14s' % ('%.4f' % times[p[0]][of_pair] if times[p[0]] else 'missing' if not pythons[p[0]] else '-') for p in PEERS) +
              '   ' + ', '.join(verdict), flush=True)
    with open(path, 'w') as f:
        json.dump(bench, f, indent=1)
    print('Written: ' + path)


main()
