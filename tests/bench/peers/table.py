"""The README's table, as Markdown, of a finished `./tests/run --bench --peers`. Usage: table.py BENCH_STEPS.json [THREADS]"""
import json
import sys

NONE = '–'


def number(ms):
    """With as many digits as a time is good for."""
    return NONE if not ms else '%.0f' % ms if ms >= 100 else '%.3g' % ms if ms >= .01 else '%.4f' % ms


def row(workload, names, threads, peak):
    run = next(r for r in workload['runs'] if r['threads'] == threads)
    key = workload['counts']
    peers = {name: t[key] for name, t in workload['peers'].items()}
    fastest = min(peers.values(), default=0)
    share = workload['flop'] / (run['best_ms'] * 1e6 * peak)
    cells = [workload['what'], '**%s**' % number(run[key]), number(run['gemms_ms']), '%.2f' % share if share else NONE]
    cells += [number(peers.get(name)) for name in names]
    return cells + ['%.2g' % (run[key] / fastest) if fastest else NONE]


def main():
    with open(sys.argv[1]) as f:
        bench = json.load(f)
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    peak = bench['peak_gflops'][threads - 1]
    print('%s, %d cores, %s; multiply-adds %.0f GF/s on %d threads; BLAS core %s\n' %
          (bench['cpu'], bench['cores'], bench['isa'], peak, threads, bench['openblas_core']))
    head = ['one step, best ms', 'tf1c', 'products alone', 'share of peak'] + bench['peers'] + ['× fastest']
    rows = [row(w, bench['peers'], threads, peak) for w in bench['workloads'] + bench['unrolled'] if w.get('peers')]
    for cells in [head, ['---'] * len(head)] + rows:
        print('| ' + ' | '.join(cells) + ' |')


main()
