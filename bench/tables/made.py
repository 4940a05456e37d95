"""Tables that are made, not measured: kinds that usual sets do not cover. Each function gives names and rows of strings; the last column is predicted."""
import math
import random


def friedman(rows, seed):
    """Friedman's first: smooth, with a product in a sine; five of ten columns mean nothing."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        x = [draw.random() for _ in range(10)]
        y = 10 * math.sin(math.pi * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4] + draw.gauss(0, 1)
        out.append([f"{v:.6g}" for v in x + [y]])
    return [f"x{i}" for i in range(10)] + ["y"], out


def clusters(rows, seed, classes, columns=12):
    """A cloud for each class."""
    draw = random.Random(seed)
    centres = [[draw.gauss(0, 2) for _ in range(columns)] for _ in range(classes)]
    out = []
    for i in range(rows):
        c = i % classes
        out.append([f"{v + draw.gauss(0, 1.5):.5g}" for v in centres[c]] + [f"class {c}"])
    return [f"x{i}" for i in range(columns)] + ["y"], out


def tails(rows, seed):
    """Columns that are log-normal and Cauchy; the target follows their logarithms, with missing cells."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        a, b, c = (math.exp(draw.gauss(0, 2)) for _ in range(3))
        d = math.tan(math.pi * (draw.random() - 0.5))
        y = math.log(a) - 0.5 * math.log(b) * (d > 0) + 0.3 * math.log1p(abs(d)) + draw.gauss(0, 0.3)
        out.append(["" if draw.random() < 0.05 else f"{v:.6g}" for v in (a, b, c, d)] + [f"{y:.6g}"])
    return ["a", "b", "c", "d", "y"], out


def words(rows, seed):
    """Two columns of hundreds of words, each with an effect of its own, and a number."""
    draw = random.Random(seed)
    first, second = [draw.gauss(0, 1) for _ in range(400)], [draw.gauss(0, 1) for _ in range(60)]
    out = []
    for _ in range(rows):
        a, b, x = int(400 * draw.random() ** 2), draw.randrange(60), draw.gauss(0, 1)
        out.append([f"town{a}", f"shop{b}", f"{x:.4g}", "yes" if first[a] + second[b] + x + draw.gauss(0, 0.7) > 0 else "no"])
    return ["town", "shop", "x", "y"], out


def steps(rows, seed):
    """What trees are best at: right angles, and columns that mean nothing."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        x = [draw.random() for _ in range(8)]
        y = 3 * (x[0] > 0.3) * (x[1] > 0.6) + 2 * (x[2] < 0.2) - 4 * (x[0] > 0.8) + draw.gauss(0, 0.2)
        out.append([f"{v:.5g}" for v in x] + [f"{y:.5g}"])
    return [f"x{i}" for i in range(8)] + ["y"], out


# name: how it is made, task
MADE = {
    "friedman": (lambda seed: friedman(2000, seed), "regression"),
    "clusters-2": (lambda seed: clusters(600, seed, 2), "classification"),
    "clusters-10": (lambda seed: clusters(2000, seed, 10), "classification"),
    "clusters-100": (lambda seed: clusters(5000, seed, 100), "classification"),
    "tails": (lambda seed: tails(3000, seed), "regression"),
    "words": (lambda seed: words(6000, seed), "classification"),
    "steps": (lambda seed: steps(4000, seed), "regression"),
    "hundred": (lambda seed: friedman(125, seed), "regression"),
    "fifty-thousand": (lambda seed: friedman(50000, seed), "regression"),
}
