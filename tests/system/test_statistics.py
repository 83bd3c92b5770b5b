"""common/stats.c against the same figures by other ways: sums written out, exact fractions, integration, search."""
import fractions
import math
import random
import statistics
import subprocess

from conftest import BUILD


def probe(*lines):
    done = subprocess.run([BUILD / "tests/lib/stats_probe"], input="".join(" ".join(map(str, line)) + "\n" for line in lines), text=True,
                          stdout=subprocess.PIPE, check=True, timeout=60)
    answers = [[float(word) for word in line.split()] if line != "none" else None for line in done.stdout.splitlines()]
    assert len(answers) == len(lines)
    return answers


def close(got, want, tolerance=1e-9):
    return math.isclose(got, want, rel_tol=tolerance, abs_tol=1e-12)


def units(dice, count, ratio):
    """Values that lean on what was before; a lognormal one now and then, as spend has."""
    made = []
    for _ in range(count):
        weight = dice.randrange(1, 40) if ratio else 1
        before = sum(dice.lognormvariate(2, 1) for _ in range(weight))
        made.append((0.6 * before + dice.gauss(3, 2) * weight, weight, before))
    return made


def flat(first, second):
    return ["difference", len(first), *(x for unit in first + second for x in unit)]


def exact(first, second):
    """The delta method and CUPED in fractions: theta is what makes the variance least."""
    total = {"vv": 0, "vb": 0, "bb": 0}
    means = []
    for arm in (first, second):
        arm = [tuple(map(fractions.Fraction, unit)) for unit in arm]
        weight, n = sum(w for _, w, _ in arm), len(arm)
        r, q = sum(v for v, _, _ in arm) / weight, sum(b for _, _, b in arm) / weight
        rests = [(v - r * w, b - q * w) for v, w, b in arm]
        shrink = fractions.Fraction(n, n - 1) / weight ** 2
        total["vv"] += shrink * sum(v * v for v, _ in rests)
        total["vb"] += shrink * sum(v * b for v, b in rests)
        total["bb"] += shrink * sum(b * b for _, b in rests)
        means.append((r, q))
    theta = total["vb"] / total["bb"] if total["bb"] else fractions.Fraction(0)
    estimate = means[0][0] - means[1][0] - theta * (means[0][1] - means[1][1])
    variance = total["vv"] - 2 * theta * total["vb"] + theta ** 2 * total["bb"]
    return [float(x) for x in (means[0][0], means[1][0], estimate, variance, theta)]


def test_differences_and_ratios():
    dice = random.Random(1)
    pairs = [(units(dice, dice.randrange(2, 60), ratio), units(dice, dice.randrange(2, 60), ratio)) for ratio in (False, True) for _ in range(15)]
    for got, (first, second) in zip(probe(*(flat(*pair) for pair in pairs)), pairs):
        assert all(close(g, w, 1e-7) for g, w in zip(got, exact(first, second))), (got, exact(first, second))


def test_without_a_before_it_is_welchs_standard_error():
    dice = random.Random(2)
    first, second = ([(dice.gauss(5, 2), 1, 0) for _ in range(n)] for n in (300, 40))
    (m0, m1, estimate, variance, theta), = probe(flat(first, second))
    one, two = [v for v, _, _ in first], [v for v, _, _ in second]
    assert theta == 0 and close(m0, statistics.mean(one)) and close(m1, statistics.mean(two)) and close(estimate, m0 - m1)
    assert close(variance, statistics.variance(one) / 300 + statistics.variance(two) / 40)


def test_what_members_differ_by_anyway_is_taken_off():
    dice = random.Random(3)
    first, second = units(dice, 2000, False), units(dice, 2000, False)
    blind = [[(v, w, 0) for v, w, _ in arm] for arm in (first, second)]
    (_, _, _, with_before, _), (_, _, _, without, _) = probe(flat(first, second), flat(*blind))
    shared = statistics.correlation([v for v, _, _ in first + second], [b for _, _, b in first + second]) ** 2
    assert shared > 0.7 and math.isclose(with_before / without, 1 - shared, rel_tol=0.05)


def test_the_delta_methods_variance_is_what_repeated_draws_show():
    dice = random.Random(4)
    draws = [(units(dice, 60, True), units(dice, 60, True)) for _ in range(700)]
    blind = [flat(*[[(v, w, 0) for v, w, _ in arm] for arm in pair]) for pair in draws]
    answers = probe(*blind)
    seen = statistics.variance(a[2] for a in answers)
    assert math.isclose(statistics.mean(a[3] for a in answers), seen, rel_tol=0.12)


def test_too_little_to_say():
    one, same = [(1.0, 1, 0)], [(2.0, 1, 0)] * 5
    assert probe(flat(one, same), flat(same, same), flat([(1.0, 0, 0)] * 5, same)) == [None, None, None]


def width(se, n, planned, alpha):
    """As GrowthBook writes it."""
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / planned
    return se * math.sqrt(n) * math.sqrt(2 * (n * rho2 + 1) / (n * n * rho2) * math.log(math.sqrt(n * rho2 + 1) / alpha))


def test_sequences():
    cases = [(se, n, planned, alpha) for se in (0.01, 3) for n in (20, 500, 14000, 1e6) for planned in (5000, 14000) for alpha in (0.05, 0.01)]
    for (got,), case in zip(probe(*(("sequence", *c) for c in cases)), cases):
        assert close(got, width(*case)), case
    # It is narrow where it was planned to be: within a hundredth of the best tuning for that number.
    best = min(math.sqrt(2 * (t + 1) / t * math.log(math.sqrt(t + 1) / 0.05)) for t in (x / 100 for x in range(50, 3000)))
    assert probe(("sequence", 1, 5000, 5000, 0.05))[0][0] < best * 1.01
    # And the p-value is the alpha whose sequence just touches 0.
    for estimate, n in ((1.0, 5000), (0.5, 20000), (3.1, 900)):
        (p,), = probe(("sequence_p", estimate, 0.25, n, 14000))
        rho2 = (-2 * math.log(0.05) + math.log(-2 * math.log(0.05) + 1)) / 14000
        low, high = 1e-200, 1.0
        for _ in range(2000):
            middle = math.sqrt(low * high)
            reach = 0.25 * math.sqrt(2 * (n * rho2 + 1) / (n * rho2) * math.log(math.sqrt(n * rho2 + 1) / middle))
            low, high = (middle, high) if reach > estimate else (low, middle)
        assert math.isclose(p, low, rel_tol=1e-6) or (p == 1 and low > 0.999), (estimate, n, p, low)


def normal(x, mean, variance):
    return math.exp(-(x - mean) ** 2 / (2 * variance)) / math.sqrt(2 * math.pi * variance)


def test_the_mixture_ratio_by_integration():
    """L is the likelihood of the estimate over effects from the prior, against none."""
    for d, v, tau in ((0.01, 1e-5, 0.005), (0.002, 1e-5, 0.005), (-0.02, 1e-5, 0.005), (1.5, 0.2, 1.0)):
        steps = 20001
        grid = [tau * 8 * (2 * i / (steps - 1) - 1) for i in range(steps)]
        mixed = sum(normal(d, t, v) * normal(t, 0, tau ** 2) for t in grid) * (grid[1] - grid[0])
        (p,), = probe(("sprt", d, v, tau))
        assert math.isclose(p, min(1, normal(d, 0, v) / mixed), rel_tol=1e-6), (d, v, tau)


def chi_square_above(x, freedom):
    """Closed forms: erfc for one degree, Poisson's sum for even ones, the recurrence between odd ones."""
    if freedom % 2 == 0:
        return math.exp(-x / 2) * sum((x / 2) ** k / math.factorial(k) for k in range(freedom // 2))
    value = math.erfc(math.sqrt(x / 2))
    return value + sum(math.exp(-x / 2) * (x / 2) ** (k - 0.5) / math.gamma(k + 0.5) for k in range(1, (freedom + 1) // 2))


def test_sample_ratios():
    dice, cases = random.Random(5), [([9500, 500], [0.95, 0.05]), ([0, 0], [1, 1]), ([9300, 700], [0.95, 0.05])]
    for _ in range(60):
        arms = dice.randrange(2, 9)
        shares = [dice.uniform(0.1, 1) for _ in range(arms)]
        cases.append(([dice.randrange(50, 150) * s for s in shares], shares))
    for (got,), (counts, shares) in zip(probe(*(("ratio", *c, *s) for c, s in cases)), cases):
        expected = [sum(counts) * s / sum(shares) for s in shares]
        x = sum((c - e) ** 2 / e for c, e in zip(counts, expected) if e)
        assert close(got, chi_square_above(x, len(counts) - 1) if sum(counts) else 1, 1e-8), (counts, shares)


def test_quantiles():
    dice = random.Random(6)
    for _ in range(30):
        values, share = [dice.lognormvariate(3, 2) for _ in range(dice.randrange(2, 400))], dice.random()
        want = statistics.quantiles(values, n=1000, method="inclusive")
        place = int(share * 999)
        (got,), = probe(("quantile", (place + 1) / 1000, *values))
        assert close(got, want[place])
