"""What the peers' scripts share: steps for two seconds, at least ten after a warm-up."""
import time


def time_step(step):
    for _ in range(5):
        step()
    times, end = [], time.perf_counter() + 2
    while len(times) < 10 or (time.perf_counter() < end and len(times) < 20000):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    times.sort()
    print('%.6f %.6f' % (times[0] * 1e3, times[len(times) // 2] * 1e3))
