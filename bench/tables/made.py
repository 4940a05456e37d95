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


def seldom(rows, seed):
    """One row in twenty is of the second class; two of eight columns and their product tell."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        x = [draw.gauss(0, 1) for _ in range(8)]
        rare = draw.random() < 1 / (1 + math.exp(4.6 - 1.5 * x[0] - 1.2 * x[1] * x[2]))
        out.append([f"{v:.5g}" for v in x] + ["bad" if rare else "good"])
    return [f"x{i}" for i in range(8)] + ["y"], out


def wide(rows, seed):
    """More columns than a third of the rows; ten of two hundred mean something, along a line."""
    draw = random.Random(seed)
    weights = [draw.gauss(0, 1) for _ in range(10)]
    out = []
    for _ in range(rows):
        x = [draw.gauss(0, 1) for _ in range(200)]
        y = sum(w * v for w, v in zip(weights, x)) + draw.gauss(0, 1)
        out.append([f"{v:.5g}" for v in x] + ["up" if y > 0 else "down"])
    return [f"x{i}" for i in range(200)] + ["y"], out


def parity(rows, seed):
    """The sign of a product of three columns: none of them tells anything alone."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        x = [draw.uniform(-1, 1) for _ in range(6)]
        odd = (x[0] * x[1] * x[2] > 0) != (draw.random() < 0.05)
        out.append([f"{v:.5g}" for v in x] + ["odd" if odd else "even"])
    return [f"x{i}" for i in range(6)] + ["y"], out


def holes(rows, seed):
    """A third of the cells are missing, and that they are missing tells something, too; words and numbers."""
    draw = random.Random(seed)
    effect = {"north": 2.0, "east": 0.5, "south": -1.0, "west": -2.0}
    out = []
    for _ in range(rows):
        district, age, income, rooms = draw.choice(list(effect)), draw.uniform(18, 90), math.exp(draw.gauss(10, 0.6)), draw.randint(1, 7)
        secret = draw.random() < 1 / (1 + math.exp(10.5 - math.log(income)))
        y = effect[district] + 0.03 * age + math.log(income) - 1.5 * secret + 0.4 * rooms * (district == "north") + draw.gauss(0, 0.5)
        cell = lambda text: "" if draw.random() < 1 / 3 else text
        out.append([cell(district), cell(f"{age:.0f}"), "" if secret else f"{income:.0f}", cell(str(rooms)), f"{y:.5g}"])
    return ["district", "age", "income", "rooms", "y"], out


def outliers(rows, seed):
    """Noise with long tails (Student's t, 2 degrees of freedom) on a curve: a few targets lie far away."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        x = [draw.uniform(-2, 2) for _ in range(5)]
        t = draw.gauss(0, 1) / math.sqrt((draw.gauss(0, 1) ** 2 + draw.gauss(0, 1) ** 2) / 2)
        out.append([f"{v:.5g}" for v in x] + [f"{3 * math.sin(2 * x[0]) + x[1] * x[2] + 0.5 * t:.5g}"])
    return [f"x{i}" for i in range(5)] + ["y"], out


def pairs(rows, seed):
    """Three columns of words; what counts is which two meet."""
    draw = random.Random(seed)
    effect = {(a, b): draw.gauss(0, 1) for a in range(15) for b in range(12)}
    out = []
    for _ in range(rows):
        a, b, c = draw.randrange(15), draw.randrange(12), draw.randrange(40)
        out.append([f"shop{a}", f"ware{b}", f"clerk{c}", f"{effect[a, b] + draw.gauss(0, 0.3):.5g}"])
    return ["shop", "ware", "clerk", "y"], out


# name: how it is made, task
MADE = {
    "friedman": (lambda seed: friedman(2000, seed), "regression"),
    "clusters-2": (lambda seed: clusters(600, seed, 2), "classification"),
    "few": (lambda seed: clusters(90, seed, 3, 5), "classification"),
    "clusters-10": (lambda seed: clusters(2000, seed, 10), "classification"),
    "clusters-100": (lambda seed: clusters(5000, seed, 100), "classification"),
    "tails": (lambda seed: tails(3000, seed), "regression"),
    "words": (lambda seed: words(6000, seed), "classification"),
    "steps": (lambda seed: steps(4000, seed), "regression"),
    "hundred": (lambda seed: friedman(125, seed), "regression"),
    "seldom": (lambda seed: seldom(4000, seed), "classification"),
    "wide": (lambda seed: wide(500, seed), "classification"),
    "parity": (lambda seed: parity(3000, seed), "classification"),
    "holes": (lambda seed: holes(2500, seed), "regression"),
    "outliers": (lambda seed: outliers(2000, seed), "regression"),
    "pairs": (lambda seed: pairs(4000, seed), "regression"),
    "fifty-thousand": (lambda seed: friedman(50000, seed), "regression"),
}
