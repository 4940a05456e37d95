"""More tables that are made: kinds of columns and of targets that offices have. Each function gives names and rows of strings; the last column is predicted."""
import datetime
import math
import random


def poisson(draw, mean):
    """A count, by Knuth's product."""
    limit, product, count = math.exp(-mean), draw.random(), 0
    while product > limit:
        product, count = product * draw.random(), count + 1
    return count


def meets(rows, seed):
    """Three hundred articles, each with a slope of its own on a number."""
    draw = random.Random(seed)
    slope = [draw.gauss(1, 1) for _ in range(300)]
    out = []
    for _ in range(rows):
        article, amount = int(300 * draw.random() ** 1.5), draw.uniform(0, 3)
        out.append([f"A{article:04d}", f"{amount:.4g}", f"{draw.gauss(0, 1):.4g}", f"{slope[article] * amount + draw.gauss(0, 0.5):.5g}"])
    return ["article", "amount", "other", "y"], out


def grades(rows, seed):
    """Words that have an order, as words: what they mean rises with it."""
    draw = random.Random(seed)
    quality, size = ["poor", "fair", "good", "very good", "excellent"], ["XS", "S", "M", "L", "XL", "XXL"]
    out = []
    for _ in range(rows):
        q, s, age = draw.randrange(5), draw.randrange(6), draw.uniform(0, 20)
        y = 3 * q + 0.5 * s * s - 0.4 * age * (q < 2) + draw.gauss(0, 1)
        out.append([quality[q], size[s], f"{age:.3g}", draw.choice(["yes", "no"]), f"{y:.4g}"])
    return ["quality", "size", "age", "gift", "price"], out


def seasons(rows, seed):
    """Days of five years: a season, weekends, a trend and a shop."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        day = datetime.date(2018, 1, 1) + datetime.timedelta(days=draw.randrange(1826))
        shop = draw.randrange(6)
        y = 100 + 30 * math.sin(2 * math.pi * day.timetuple().tm_yday / 365) + 25 * (day.weekday() >= 5) * (shop % 2) + (day.year - 2018) * 8 + 10 * shop + draw.gauss(0, 8)
        out.append([day.isoformat(), f"shop {shop}", f"{draw.uniform(5, 9):.3g}", f"{y:.5g}"])
    return ["day", "shop", "price", "sold"], out


def counts(rows, seed):
    """A count that is often 0."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        age, km, town = draw.uniform(18, 90), math.exp(draw.gauss(9, 0.7)), draw.choice(["city", "town", "village"])
        mean = 0.15 * (km / 8000) ** 0.7 * (1 + 2 * (age < 25)) * {"city": 2.0, "town": 1.2, "village": 0.8}[town]
        out.append([f"{age:.0f}", f"{km:.0f}", town, draw.choice(["petrol", "diesel"]), str(poisson(draw, mean))])
    return ["age", "km", "town", "fuel", "claims"], out


def uneven(rows, seed):
    """Six classes, from 60 % to 1 %."""
    draw = random.Random(seed)
    shares, centres = [60, 20, 10, 6, 3, 1], [[draw.gauss(0, 1.6) for _ in range(8)] for _ in range(6)]
    out = []
    for _ in range(rows):
        c = draw.choices(range(6), shares)[0]
        out.append([f"{v + draw.gauss(0, 1.5):.4g}" for v in centres[c]] + [f"kind {c}"])
    return [f"x{i}" for i in range(8)] + ["kind"], out


def tiny(rows, seed):
    """Sixty rows, two columns that tell and three that do not."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        x = [draw.gauss(0, 1) for _ in range(5)]
        out.append([f"{v:.4g}" for v in x] + [f"{2 * x[0] - x[1] + draw.gauss(0, 0.7):.4g}"])
    return [f"x{i}" for i in range(5)] + ["y"], out


def codes(rows, seed):
    """Whole numbers that stand for something: neighbours have nothing in common."""
    draw = random.Random(seed)
    effect, other = {k: draw.gauss(0, 1) for k in range(100, 160)}, {k: draw.gauss(0, 1) for k in range(1, 13)}
    out = []
    for _ in range(rows):
        branch, unit, x = draw.choice(list(effect)), draw.choice(list(other)), draw.gauss(0, 1)
        y = effect[branch] + other[unit] * (1 if x > 0 else -1) + draw.gauss(0, 0.4)
        out.append([str(branch), str(unit), f"{x:.4g}", f"{y:.4g}"])
    return ["branch_code", "unit", "x", "y"], out


def flags(rows, seed):
    """Two hundred columns of 0 and 1, one in twenty set; fifteen tell, some of them in pairs."""
    draw = random.Random(seed)
    weight = [draw.gauss(0, 1.5) for _ in range(15)]
    out = []
    for _ in range(rows):
        x = [int(draw.random() < (0.3 if i < 15 else 0.05)) for i in range(200)]
        score = sum(w * v for w, v in zip(weight, x)) + 2 * x[0] * x[1] - 2 * x[2] * x[3]
        out.append([str(v) for v in x] + ["yes" if score + draw.gauss(0, 0.7) > 0 else "no"])
    return [f"has_{i}" for i in range(200)] + ["bought"], out


def noise(rows, seed):
    """Nothing tells anything."""
    draw = random.Random(seed)
    out = [[f"{draw.gauss(0, 1):.4g}" for _ in range(8)] + [draw.choice("abcdefgh"), f"{draw.gauss(10, 2):.4g}"] for _ in range(rows)]
    return [f"x{i}" for i in range(8)] + ["word", "y"], out


def three(rows, seed):
    """Three numbers that multiply, among five."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        x = [draw.uniform(-1, 1) for _ in range(5)]
        out.append([f"{v:.4g}" for v in x] + [f"{5 * x[0] * x[1] * x[2] + x[3] + draw.gauss(0, 0.1):.5g}"])
    return [f"x{i}" for i in range(5)] + ["y"], out


def marks(rows, seed):
    """A target of few different numbers: marks from 1 to 6 in halves."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        hours, missed, school = draw.uniform(0, 20), poisson(draw, 3), draw.choice(["north", "south", "west"])
        y = 5 - 0.18 * hours + 0.15 * missed + {"north": 0, "south": 0.4, "west": -0.3}[school] + draw.gauss(0, 0.6)
        out.append([f"{hours:.3g}", str(missed), school, f"{min(6, max(1, round(2 * y) / 2)):.1f}"])
    return ["hours", "missed", "school", "mark"], out


def prices(rows, seed):
    """A positive target over four decades: what tells multiplies."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        size, age, place, kind = math.exp(draw.gauss(4, 0.8)), draw.uniform(0, 60), draw.randrange(25), draw.choice(["flat", "house", "land", "garage"])
        log = math.log(size) + {"flat": 7, "house": 7.3, "land": 4.5, "garage": 5}[kind] - 0.01 * age * (kind in ("flat", "house")) + 0.05 * (place % 9) + draw.gauss(0, 0.25)
        out.append([f"{size:.4g}", f"{age:.0f}", f"district {place}", kind, f"{math.exp(log):.0f}"])
    return ["size", "age", "district", "kind", "price"], out


def copies(rows, seed):
    """A third of the rows stand there twice or more, some with another answer."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        if out and draw.random() < 0.33:
            out.append(list(draw.choice(out)))
            if draw.random() < 0.1:
                out[-1][-1] = draw.choice(["true", "false"])
            continue
        x = [draw.gauss(0, 1) for _ in range(4)]
        member = draw.choice(["yes", "no"])
        out.append([f"{v:.4g}" for v in x] + [member, "true" if x[0] + x[1] * (member == "yes") + draw.gauss(0, 0.6) > 0 else "false"])
    return ["a", "b", "c", "d", "member", "stays"], out


def units(rows, seed):
    """Weights in kg and g, prices with a currency, percentages, thousands marks."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        weight, price, share, visits = math.exp(draw.gauss(0, 1)), draw.uniform(500, 9000), draw.uniform(0, 100), draw.randrange(1000, 900000)
        y = 2 * math.log(weight) + price / 2000 + 0.03 * share + draw.gauss(0, 0.5)
        out.append([f"{weight:.3f} kg" if draw.random() < 0.5 else f"{1000 * weight:.0f} g", f"${price:,.0f}", f"{share:.1f} %", f"{visits:,}", f"{y:.4g}"])
    return ["weight", "price", "share", "visits", "y"], out


def empty(rows, seed):
    """Six in ten cells are missing, at random; ten columns of the same thing, each with its own noise."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        truth = draw.gauss(0, 1)
        out.append(["" if draw.random() < 0.6 else f"{truth + draw.gauss(0, 0.6):.4g}" for _ in range(10)] + [f"{truth + draw.gauss(0, 0.3):.4g}"])
    return [f"sensor_{i}" for i in range(10)] + ["y"], out


# name: how it is made, task
KINDS = {
    "meets": (lambda seed: meets(5000, seed), "regression"),
    "grades": (lambda seed: grades(2000, seed), "regression"),
    "seasons": (lambda seed: seasons(3000, seed), "regression"),
    "counts": (lambda seed: counts(5000, seed), "regression"),
    "uneven": (lambda seed: uneven(3000, seed), "classification"),
    "tiny": (lambda seed: tiny(60, seed), "regression"),
    "codes": (lambda seed: codes(4000, seed), "regression"),
    "flags": (lambda seed: flags(2500, seed), "classification"),
    "noise": (lambda seed: noise(1000, seed), "regression"),
    "three": (lambda seed: three(3000, seed), "regression"),
    "marks": (lambda seed: marks(1500, seed), "regression"),
    "prices": (lambda seed: prices(3000, seed), "regression"),
    "copies": (lambda seed: copies(2000, seed), "classification"),
    "units": (lambda seed: units(2000, seed), "regression"),
    "empty": (lambda seed: empty(2500, seed), "regression"),
}
