// Faults of tables, each a function from sound parts to faulty ones.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "bench/candid/parts.h"
#include "candor/data/table/number_text.h"

namespace candor::bench {
namespace {

using candid::PartKind;
using data::Column;
using data::Table;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Changes the parts; false where the fault does not fit them.
using Change = std::function<bool(Parts&, Draw&)>;

Fault fault(std::string id, std::string name, Change change, PartKind kind = PartKind::test) {
  return {std::move(id), std::move(name), [change = std::move(change), kind](const Source& source, std::uint64_t seed) -> Findings {
            if (!source.is_table()) return std::nullopt;
            Draw draw(seed);
            Parts parts = parted(source, draw, kind);
            if (!change(parts, draw)) return std::nullopt;
            return look(std::move(parts));
          }};
}

/// A column of numbers of the parts, by chance; null when there is none.
Column* any_number(Table& table, const std::vector<std::size_t>& columns, Draw& draw) {
  return columns.empty() ? nullptr : &table.columns[columns[static_cast<std::size_t>(draw.below(static_cast<std::int64_t>(columns.size())))]];
}

void for_cells(Column& column, double share, Draw& draw, const std::function<double(double)>& change) {
  for (double& x : column.numbers)
    if (x == x && draw.share() < share) x = change(x);
}

/// The target as numbers, classes as 0, 1, ...
std::vector<double> target_numbers(const Table& table, const std::string& target) {
  const Column& column = table.at(target);
  if (column.kind == Column::Kind::number) return column.numbers;
  std::set<std::string> names(column.words.begin(), column.words.end());
  std::vector<double> out;
  for (std::int64_t row = 0; row < column.rows(); ++row) out.push_back(static_cast<double>(std::distance(names.begin(), names.find(column.cell(row)))));
  return out;
}

bool every_part(Parts& p, const std::function<Column(const Table&)>& make) {
  put(p.train, make(p.train));
  put(p.other, make(p.other));
  return true;
}

std::vector<Fault> duplicates() {
  const auto copy = [](Parts& p, Draw& d, double low, double high) {
    const std::int64_t n = std::max<std::int64_t>(4, static_cast<std::int64_t>(d.between(low, high) * static_cast<double>(p.other.rows())));
    return p.train.take(d.some(n, p.train.rows()));
  };
  return {
    fault("data.duplicate-rows", "training rows copied into the test part", [=](Parts& p, Draw& d) { p.other = joined(p.other, copy(p, d, .05, .3)); return number_columns(p).size() >= 3; }),
    fault("data.duplicate-rows", "test rows added to the training part", [](Parts& p, Draw& d) { p.train = joined(p.train, p.other.take(d.some(p.other.rows() / 5, p.other.rows()))); return number_columns(p).size() >= 3; }),
    fault("data.duplicate-rows", "test part drawn from the training part", [=](Parts& p, Draw& d) { p.other = copy(p, d, 1, 1); return number_columns(p).size() >= 3; }),
    fault("data.duplicate-rows", "copies under a new id", [=](Parts& p, Draw& d) {
      p.other = joined(p.other, copy(p, d, .1, .4));
      double next = 1000;
      return every_part(p, [&](const Table& t) { std::vector<double> ids; for (std::int64_t i = 0; i < t.rows(); ++i) ids.push_back(next++); return numbers("row_id", ids); }) && number_columns(p).size() >= 3;
    }),
  };
}

std::vector<Fault> leaks() {
  return {
    fault("data.leak", "the target again under another name", [](Parts& p, Draw&) { return every_part(p, [&](const Table& t) { Column c = t.at(p.target); c.name = "code"; return c; }); }),
    fault("data.leak", "the target times a number, with a little noise", [](Parts& p, Draw& d) {
      const double factor = d.between(2, 50), noise = .01;
      return every_part(p, [&](const Table& t) { std::vector<double> y = target_numbers(t, p.target); const double s = deviation(numbers("", y)); for (double& v : y) v = factor * (v + noise * s * d.normal()); return numbers("score_after", y); });
    }),
    fault("data.leak", "the logarithm of the target", [](Parts& p, Draw&) {
      if (has_classes(p)) return false;
      return every_part(p, [&](const Table& t) { std::vector<double> y = target_numbers(t, p.target); for (double& v : y) v = std::log(std::abs(v) + 1); return numbers("rate", y); });
    }),
    fault("data.leak", "filled only where the target is high", [](Parts& p, Draw& d) {
      if (has_classes(p) && std::set<double>(p.train.at(p.target).numbers.begin(), p.train.at(p.target).numbers.end()).size() + p.train.at(p.target).words.size() > 3) return false;
      if (!has_classes(p)) return false;
      const double first = target_numbers(p.train, p.target).front();
      return every_part(p, [&](const Table& t) { std::vector<double> y = target_numbers(t, p.target); for (double& v : y) v = v == first ? d.between(1, 9) : nan; return numbers("closed_after_days", y); });
    }),
    fault("data.leak", "one column for each class", [](Parts& p, Draw&) {
      if (!has_classes(p)) return false;
      const std::vector<double> all = target_numbers(p.train, p.target);
      const std::set<double> classes(all.begin(), all.end());
      if (classes.size() < 3) return false;
      for (const double k : classes)
        every_part(p, [&](const Table& t) { std::vector<double> y = target_numbers(t, p.target); for (double& v : y) v = v == k; return numbers("is_" + data::detail::number_text(k), y); });
      return true;
    }),
    fault("data.leak", "the target in words", [](Parts& p, Draw&) {
      if (!has_classes(p)) return false;
      return every_part(p, [&](const Table& t) { std::vector<std::string> said; for (const double v : target_numbers(t, p.target)) said.push_back("outcome " + std::string(1, static_cast<char>('A' + static_cast<int>(v) % 26))); return words("remark", said); });
    }),
  };
}

std::vector<Fault> labels() {
  const auto flip = [](Table& t, const std::string& target, double share, Draw& d) {
    std::vector<std::string> y = cells(t, target);
    const std::set<std::string> names(y.begin(), y.end());
    for (std::string& v : y) {
      if (d.share() >= share) continue;
      std::vector<std::string> others;
      for (const std::string& n : names)
        if (n != v && !n.empty()) others.push_back(n);
      v = others[static_cast<std::size_t>(d.below(static_cast<std::int64_t>(others.size())))];
    }
    Column c = t.at(target);
    if (c.kind == Column::Kind::number) for (std::size_t i = 0; i < y.size(); ++i) c.numbers[i] = std::stod(y[i]);
    else c = words(target, y);
    put(t, c);
  };
  const auto exchange = [](Table& t, const std::string& target, Draw&, bool turn) {
    std::vector<std::string> y = cells(t, target);
    const std::set<std::string> set(y.begin(), y.end());
    std::vector<std::string> names(set.begin(), set.end());
    if (names.size() < 2) return false;
    std::vector<std::string> to = names;
    if (turn) std::rotate(to.begin(), to.begin() + 1, to.end());
    else std::swap(to[names.size() - 1], to[names.size() - 2]);
    for (std::string& v : y) v = to[static_cast<std::size_t>(std::find(names.begin(), names.end(), v) - names.begin())];
    Column c = t.at(target);
    if (c.kind == Column::Kind::number) for (std::size_t i = 0; i < y.size(); ++i) c.numbers[i] = std::stod(y[i]);
    else c = words(target, y);
    put(t, c);
    return true;
  };
  return {
    fault("data.label-conflict", "rows twice, with different labels", [=](Parts& p, Draw& d) {
      if (!has_classes(p) || number_columns(p).size() < 3) return false;
      Table again = p.train.take(d.some(p.train.rows() / 12, p.train.rows()));
      flip(again, p.target, 2, d);
      p.train = joined(p.train, again);
      return true;
    }),
    fault("data.label-conflict", "labels of many rows changed at random", [=](Parts& p, Draw& d) { if (!has_classes(p)) return false; flip(p.train, p.target, d.between(.08, .2), d); return true; }),
    fault("data.label-conflict", "labels of one class in three changed to another", [=](Parts& p, Draw& d) {
      if (!has_classes(p)) return false;
      std::vector<std::string> y = cells(p.train, p.target);
      const std::set<std::string> set(y.begin(), y.end());
      const std::vector<std::string> names(set.begin(), set.end());
      const auto k = static_cast<std::int64_t>(names.size());
      const std::int64_t from = d.below(k);
      const std::string was = names[static_cast<std::size_t>(from)], is = names[static_cast<std::size_t>((from + 1 + d.below(k - 1)) % k)];
      std::int64_t had = 0;
      for (std::string& v : y) if (v == was) { ++had; if (d.share() < .33) v = is; }
      Column c = p.train.at(p.target);
      if (c.kind == Column::Kind::number) for (std::size_t i = 0; i < y.size(); ++i) c.numbers[i] = std::stod(y[i]);
      else c = words(p.target, y);
      put(p.train, c);
      return had >= 60;
    }),
    fault("data.label-name-swap", "two classes change places in the other part", [=](Parts& p, Draw& d) { return has_classes(p) && exchange(p.other, p.target, d, false); }),
    fault("data.label-name-swap", "all classes moved on by one in the other part", [=](Parts& p, Draw& d) { return has_classes(p) && exchange(p.other, p.target, d, true); }),
    fault("data.label-name-swap", "classes written in another way", [](Parts& p, Draw&) {
      if (!has_classes(p)) return false;
      std::vector<std::string> y = cells(p.other, p.target);
      for (std::string& v : y) v += "_class";
      put(p.other, words(p.target, y));
      return true;
    }),
  };
}

std::vector<Fault> targets_and_rows() {
  return {
    fault("data.censored", "the target cut off above", [](Parts& p, Draw& d) {
      if (has_classes(p)) return false;
      std::vector<double> sorted = p.train.at(p.target).numbers;
      std::sort(sorted.begin(), sorted.end());
      const double limit = sorted[static_cast<std::size_t>(d.between(.7, .88) * static_cast<double>(sorted.size()))];
      for (Table* t : {&p.train, &p.other}) for (double& y : t->find(p.target)->numbers) y = std::min(y, limit);
      return true;
    }),
    fault("data.censored", "the target cut off below", [](Parts& p, Draw& d) {
      if (has_classes(p)) return false;
      std::vector<double> sorted = p.train.at(p.target).numbers;
      std::sort(sorted.begin(), sorted.end());
      const double limit = sorted[static_cast<std::size_t>(d.between(.12, .3) * static_cast<double>(sorted.size()))];
      if (limit == 0) return false;
      for (Table* t : {&p.train, &p.other}) for (double& y : t->find(p.target)->numbers) y = std::max(y, limit);
      return true;
    }),
    fault("data.imbalance", "one class nearly gone", [](Parts& p, Draw& d) {
      if (!has_classes(p) || p.train.rows() < 600) return false;
      const std::vector<std::string> y = cells(p.train, p.target);
      std::vector<std::int64_t> keep;
      std::int64_t kept = 0;
      for (std::int64_t i = 0; i < p.train.rows(); ++i)
        if (y[static_cast<std::size_t>(i)] != y.front() || (d.share() < .03 && ++kept)) keep.push_back(i);
      p.train = p.train.take(keep);
      return kept > 2;
    }),
    fault("data.few", "five rows of one class", [](Parts& p, Draw&) {
      if (!has_classes(p)) return false;
      const std::vector<std::string> y = cells(p.train, p.target);
      std::vector<std::int64_t> keep;
      int seen = 0;
      for (std::int64_t i = 0; i < p.train.rows(); ++i)
        if (y[static_cast<std::size_t>(i)] != y.front() || ++seen <= 5) keep.push_back(i);
      p.train = p.train.take(keep);
      return true;
    }),
    fault("data.few", "a dozen rows", [](Parts& p, Draw& d) { p.train = p.train.take(d.some(8 + d.below(8), p.train.rows())); return true; }),
  };
}

std::vector<Fault> scales() {
  const auto standardise = [](Parts& p, bool train) {
    int changed = 0;
    for (const std::size_t j : number_columns(p)) {
      double mean = 0, n = 0;
      for (const double x : p.train.columns[j].numbers) if (x == x) mean += x, ++n;
      mean /= n;
      const double s = deviation(p.train.columns[j]);
      if (s > .4 && s < 2.5 && std::abs(mean) < 2) continue;  // standardised as it is
      ++changed;
      for (double& x : (train ? p.train : p.other).columns[j].numbers) x = (x - mean) / s;
    }
    return changed > 0 && p.other.rows() >= 30;
  };
  return {
    fault("data.scale", "only the test part is standardised", [=](Parts& p, Draw&) { return standardise(p, false); }),
    fault("data.scale", "only the training part is standardised", [=](Parts& p, Draw&) { return standardise(p, true); }),
    fault("data.scale", "one column a thousand times as large in the test part", [](Parts& p, Draw& d) { Column* c = any_number(p.other, number_columns(p), d); if (!c) return false; for_cells(*c, 2, d, [](double x) { return 1000 * x; }); return p.other.rows() >= 30; }),
    fault("data.scale", "feet in the test part where training has metres", [](Parts& p, Draw& d) {
      // A wide distribution: feet and metres overlap.
      bool train = true;
      return p.train.rows() >= 100 && p.other.rows() >= 100 && every_part(p, [&](const Table& t) {
        std::vector<double> v;
        for (std::int64_t i = 0; i < t.rows(); ++i) v.push_back(std::round((train ? -600 : -600 * 3.28084) * std::log(1 - d.share())) / 100);
        train = false;
        return numbers("distance", v);
      });
    }),
    fault("data.scale", "every number to 0..1 in the training part alone", [](Parts& p, Draw&) {
      int changed = 0;
      for (const std::size_t j : number_columns(p)) {
        auto& v = p.train.columns[j].numbers;
        double low = HUGE_VAL, high = -HUGE_VAL;
        for (const double x : v) if (x == x) low = std::min(low, x), high = std::max(high, x);
        if (high - low < 4 && high - low > .3) continue;
        ++changed;
        for (double& x : v) x = (x - low) / (high - low);
      }
      return changed > 0 && p.other.rows() >= 30;
    }),
  };
}

std::vector<Fault> gaps() {
  const auto code = [](double value) {
    return [value](Parts& p, Draw& d) {
      Column* c = any_number(p.train, number_columns(p), d);
      if (!c) return false;
      const auto [low, high] = std::minmax_element(c->numbers.begin(), c->numbers.end());
      if (value > 0 ? *high * 3 > value : *low < -50) return false;
      for_cells(*c, d.between(.02, .1), d, [&](double) { return value; });
      return true;
    };
  };
  return {
    fault("data.missing", "-999 for not known", code(-999)),
    fault("data.missing", "9999 for not known", code(9999)),
    fault("data.missing", "-1 for not known", [](Parts& p, Draw& d) {
      std::vector<std::size_t> fit;
      for (const std::size_t j : number_columns(p)) { std::vector<double> s; for (const double x : p.train.columns[j].numbers) if (x == x) s.push_back(x); std::sort(s.begin(), s.end()); if (s.front() >= 0 && s.back() < 30 && s.front() > .3 * s[s.size() / 2]) fit.push_back(j); }
      Column* c = any_number(p.train, fit, d);
      if (c) for_cells(*c, .05, d, [](double) { return -1; });
      return c != nullptr;
    }),
    fault("data.missing", "0 where 0 cannot be", [](Parts& p, Draw& d) {
      std::vector<std::size_t> fit;
      for (const std::size_t j : number_columns(p)) { std::vector<double> s; for (const double x : p.train.columns[j].numbers) if (x == x) s.push_back(x); std::sort(s.begin(), s.end()); if (s.front() > .45 * s[s.size() / 2]) fit.push_back(j); }
      Column* c = any_number(p.train, fit, d);
      if (c) for_cells(*c, d.between(.03, .2), d, [](double) { return 0; });
      return c != nullptr;
    }),
    fault("data.missing", "a column nearly empty", [](Parts& p, Draw& d) { Column* c = any_number(p.train, number_columns(p), d); if (!c) return false; for_cells(*c, .96, d, [](double) { return nan; }); return true; }),
    fault("data.missing", "gaps in one part alone", [](Parts& p, Draw& d) { Column* c = any_number(p.other, number_columns(p), d); if (!c || p.other.rows() < 30) return false; for_cells(*c, d.between(.3, .6), d, [](double) { return nan; }); return true; }),
    fault("data.constant", "a column with one value", [](Parts& p, Draw& d) { Column* c = any_number(p.train, number_columns(p), d); if (!c) return false; const std::string name = c->name; for (Table* t : {&p.train, &p.other}) for (double& x : t->find(name)->numbers) x = 7; return true; }),
    fault("data.constant", "one value in training, others in the test part", [](Parts& p, Draw& d) { Column* c = any_number(p.train, number_columns(p), d); if (!c) return false; const double x = c->numbers.front(); for (double& v : c->numbers) v = x == x ? x : 1; return true; }),
    fault("data.outliers", "one number with the point in the wrong place", [](Parts& p, Draw& d) { Column* c = any_number(p.train, number_columns(p, 30), d); if (!c || p.train.rows() < 100) return false; const auto top = *std::max_element(c->numbers.begin(), c->numbers.end()); c->numbers[static_cast<std::size_t>(d.below(c->rows()))] = 1000 * std::max(std::abs(top), deviation(*c)); return true; }),
    fault("data.outliers", "a few numbers far off", [](Parts& p, Draw& d) { Column* c = any_number(p.train, number_columns(p, 30), d); if (!c || p.train.rows() < 300) return false; const double far = 60 * deviation(*c) + std::abs(*std::max_element(c->numbers.begin(), c->numbers.end())); for (const std::int64_t i : d.some(4, c->rows())) c->numbers[static_cast<std::size_t>(i)] = far * d.between(1, 1.2); return true; }),
  };
}

std::vector<Fault> kinds() {
  return {
    fault("data.types", "numbers with their unit behind them", [](Parts& p, Draw& d) {
      Column* c = any_number(p.train, number_columns(p, 20), d);
      if (!c) return false;
      const std::string name = c->name;
      return every_part(p, [&](const Table& t) { std::vector<std::string> said; for (const std::string& v : cells(t, name)) said.push_back(v.empty() ? "" : v + " kg"); return words(name, said); });
    }),
    fault("data.types", "words among numbers", [](Parts& p, Draw& d) {
      Column* c = any_number(p.train, number_columns(p, 20), d);
      if (!c) return false;
      const std::string name = c->name;
      std::vector<std::string> said = cells(p.train, name);
      for (std::string& v : said) if (d.share() < .05) v = "not measured";
      put(p.train, words(name, said));
      return true;
    }),
    fault("data.types", "dates as numbers", [](Parts& p, Draw& d) { return every_part(p, [&](const Table& t) { std::vector<double> v; for (std::int64_t i = 0; i < t.rows(); ++i) v.push_back(static_cast<double>(20200000 + 100 * (1 + d.below(12)) + 1 + d.below(28) + 10000 * d.below(4))); return numbers("bought", v); }); }),
    fault("data.types", "postal codes as numbers", [](Parts& p, Draw& d) { return every_part(p, [&](const Table& t) { std::vector<double> v; for (std::int64_t i = 0; i < t.rows(); ++i) v.push_back(static_cast<double>(10000 + 617 * d.below(140))); return numbers("zip", v); }) && p.train.rows() >= 50; }),
    fault("data.types", "seconds since 1970", [](Parts& p, Draw& d) {
      const std::string name = d.share() < .5 ? "created" : "joined";
      return every_part(p, [&](const Table& t) { std::vector<double> v; for (std::int64_t i = 0; i < t.rows(); ++i) v.push_back(1600000000 + std::floor(d.between(0, 9e7))); return numbers(name, v); });
    }),
    fault("data.types", "two units in one column", [](Parts& p, Draw& d) { return every_part(p, [&](const Table& t) { std::vector<double> v; for (std::int64_t i = 0; i < t.rows(); ++i) { const double m = std::round((1.7 + .1 * d.normal()) * 100) / 100; v.push_back(d.share() < .2 ? 100 * m : m); } return numbers("height", v); }) && p.train.rows() >= 100; }),
    fault("data.types", "one word in several spellings", [](Parts& p, Draw& d) {
      const std::vector<std::size_t> columns = word_columns(p);
      if (columns.empty()) return false;
      const std::string name = p.train.columns[columns[static_cast<std::size_t>(d.below(static_cast<std::int64_t>(columns.size())))]].name;
      std::vector<std::string> said = cells(p.train, name);
      for (std::string& v : said) if (!v.empty() && d.share() < .2) { v += d.share() < .5 ? "" : " "; std::transform(v.begin(), v.end(), v.begin(), [](unsigned char ch) { return static_cast<char>(std::toupper(ch)); }); }
      const Column made = words(name, said);
      const bool letters = std::any_of(made.words.begin(), made.words.end(), [](const std::string& w) { return std::any_of(w.begin(), w.end(), [](unsigned char ch) { return std::isalpha(ch); }) && w.find_first_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos; });
      put(p.train, made);
      return letters;
    }),
  };
}

std::vector<Fault> splits() {
  return {
    fault("data.time-split", "a series shuffled before it was parted", [](Parts& p, Draw& d) {
      // The target drifts with time, rows are dealt at random.
      Table all = joined(p.train, p.other);
      const std::int64_t n = all.rows();
      std::vector<std::string> date;
      std::vector<double> y;
      double level = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        char text[24];
        std::snprintf(text, sizeof text, "%04lld-%02lld-%02lld", static_cast<long long>(1990 + i / 336), static_cast<long long>(1 + i / 28 % 12), static_cast<long long>(1 + i % 28));
        date.emplace_back(text);
        level = .95 * level + d.normal();
        y.push_back(level);
      }
      drop(all, p.target);
      put(all, words("day", date));
      put(all, numbers(p.target = "demand", y));
      const std::vector<std::int64_t> order = d.some(n, n);
      p.other = all.take(std::span(order).first(static_cast<std::size_t>(n / 4)));
      p.train = all.take(std::span(order).subspan(static_cast<std::size_t>(n / 4)));
      return n >= 100;
    }),
    fault("data.time-split", "a counter of hours dealt at random", [](Parts& p, Draw& d) {
      Table all = joined(p.train, p.other);
      const std::int64_t n = all.rows();
      std::vector<double> hour, y;
      double level = 0;
      for (std::int64_t i = 0; i < n; ++i) hour.push_back(static_cast<double>(i)), y.push_back(10 * std::sin(static_cast<double>(i) / 30) + (level = .9 * level + d.normal()));
      drop(all, p.target);
      put(all, numbers("hour", hour));
      put(all, numbers(p.target = "load", y));
      const std::vector<std::int64_t> order = d.some(n, n);
      p.other = all.take(std::span(order).first(static_cast<std::size_t>(n / 5)));
      p.train = all.take(std::span(order).subspan(static_cast<std::size_t>(n / 5)));
      return n >= 100;
    }),
    fault("data.group-split", "patients on both sides", [](Parts& p, Draw& d) { const std::int64_t k = std::max<std::int64_t>(10, p.train.rows() / 6); return every_part(p, [&](const Table& t) { std::vector<double> v; for (std::int64_t i = 0; i < t.rows(); ++i) v.push_back(static_cast<double>(100 + d.below(k))); return numbers("patient_id", v); }); }),
    fault("data.group-split", "machines on both sides, named by words", [](Parts& p, Draw& d) { return every_part(p, [&](const Table& t) { std::vector<std::string> v; for (std::int64_t i = 0; i < t.rows(); ++i) v.push_back("M-" + std::to_string(d.below(15))); return words("machine", v); }); }),
  };
}

std::vector<Fault> served() {
  const PartKind s = PartKind::served;
  return {
    fault("serve.schema", "a column is missing", [](Parts& p, Draw& d) { Column* c = any_number(p.other, number_columns(p), d); if (!c) return false; drop(p.other, std::string(c->name)); return true; }, s),
    fault("serve.schema", "a column has another name", [](Parts& p, Draw& d) { Column* c = any_number(p.other, number_columns(p), d); if (!c) return false; c->name = "new_" + c->name; return true; }, s),
    fault("serve.schema", "numbers have become words", [](Parts& p, Draw& d) { Column* c = any_number(p.other, number_columns(p), d); if (!c) return false; std::vector<std::string> v = cells(p.other, c->name); for (std::string& x : v) x = x.empty() ? x : "v" + x; *c = words(c->name, v); return true; }, s),
    fault("serve.schema", "another unit", [](Parts& p, Draw& d) { Column* c = any_number(p.other, number_columns(p), d); if (!c || p.other.rows() < 30) return false; const double f = d.share() < .5 ? 1000 : .001; for_cells(*c, 2, d, [f](double x) { return f * x; }); return true; }, s),
    fault("serve.schema", "two columns exchanged", [](Parts& p, Draw&) {
      const std::vector<std::size_t> columns = number_columns(p);
      if (p.other.rows() < 60) return false;
      for (const std::size_t a : columns)
        for (const std::size_t b : columns) {
          auto median = [&](std::size_t j) { std::vector<double> v; for (const double x : p.train.columns[j].numbers) if (x == x) v.push_back(x); std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end()); return v[v.size() / 2]; };
          if (a < b && std::abs(median(a) - median(b)) > 2 * std::max(deviation(p.train.columns[a]), deviation(p.train.columns[b]))) { std::swap(p.other.columns[a].numbers, p.other.columns[b].numbers); return true; }
        }
      return false;
    }, s),
    fault("serve.range", "numbers far outside", [](Parts& p, Draw& d) { Column* c = any_number(p.other, number_columns(p), d); if (!c || p.other.rows() < 30) return false; const double top = *std::max_element(c->numbers.begin(), c->numbers.end()), far = 5 * deviation(*c); for_cells(*c, d.between(.05, .3), d, [&](double) { return top + far * d.between(1, 3); }); return true; }, s),
    fault("serve.range", "words that were never seen", [](Parts& p, Draw& d) {
      const std::vector<std::size_t> columns = word_columns(p);
      if (columns.empty() || p.other.rows() < 30) return false;
      const std::string name = p.other.columns[columns[static_cast<std::size_t>(d.below(static_cast<std::int64_t>(columns.size())))]].name;
      std::vector<std::string> v = cells(p.other, name);
      for (std::string& x : v) if (d.share() < .15) x = "from elsewhere";
      put(p.other, words(name, v));
      return true;
    }, s),
    fault("serve.drift", "one column moved by its deviation", [](Parts& p, Draw& d) { Column* c = any_number(p.other, number_columns(p), d); if (!c || p.other.rows() < 60) return false; const double by = (d.share() < .5 ? -1 : 1) * d.between(.8, 1.5) * deviation(*c); for_cells(*c, 2, d, [by](double x) { return x + by; }); return true; }, s),
    fault("serve.drift", "rows with high values come more often", [](Parts& p, Draw& d) {
      Column* c = any_number(p.other, number_columns(p), d);
      if (!c || p.other.rows() < 150) return false;
      std::vector<double> sorted;
      for (const double x : c->numbers) if (x == x) sorted.push_back(x);
      std::sort(sorted.begin(), sorted.end());
      const double middle = sorted[sorted.size() / 2];
      if (sorted.back() == middle) return false;
      std::vector<std::int64_t> keep;
      for (std::int64_t i = 0; i < p.other.rows(); ++i) if (c->numbers[static_cast<std::size_t>(i)] > middle || d.share() < .25) keep.push_back(i);
      p.other = p.other.take(keep);
      return p.other.rows() >= 80;
    }, s),
    fault("serve.drift", "one word has become common", [](Parts& p, Draw& d) {
      const std::vector<std::size_t> columns = word_columns(p);
      if (columns.empty() || p.other.rows() < 60) return false;
      const std::string name = p.other.columns[columns[static_cast<std::size_t>(d.below(static_cast<std::int64_t>(columns.size())))]].name;
      std::vector<std::string> v = cells(p.other, name);
      const std::string rare = v.back().empty() ? p.other.at(name).words.back() : v.back();
      std::int64_t had = std::count(v.begin(), v.end(), rare);
      for (std::string& x : v) if (d.share() < .5) x = rare;
      put(p.other, words(name, v));
      return had * 2 < p.other.rows();
    }, s),
  };
}

}  // namespace

std::vector<Fault> data_faults() {
  std::vector<Fault> all;
  for (const auto& part : {duplicates(), leaks(), labels(), targets_and_rows(), scales(), gaps(), kinds(), splits(), served()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<Sound> data_runs() {
  const auto run = [](PartKind kind, std::int64_t most) {
    return [kind, most](const Source& source, std::uint64_t seed) -> Findings {
      if (!source.is_table()) return std::nullopt;
      Draw draw(seed);
      return look(parted(source, draw, kind, most));
    };
  };
  return {{"a random split", run(PartKind::test, 4000)}, {"rows served of the same kind", run(PartKind::served, 4000)}, {"few rows", run(PartKind::test, 240)}};
}

}  // namespace candor::bench
