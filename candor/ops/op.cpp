#include "candor/ops/op.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "candor/base/error.h"
#include "candor/ops/families.h"
#include "candor/ops/random.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

struct Registry {
  std::map<std::string, Op, std::less<>> rows;
  std::mutex mutex;
};

Registry& raw_registry() {
  static Registry registry;
  return registry;
}

Registry& registry() {
  static std::once_flag once;
  std::call_once(once, register_all_families);
  return raw_registry();
}

detail::Dispatcher dispatcher{};
thread_local std::int64_t op_id = 0;
thread_local std::optional<std::uint64_t> op_seed;

/// Negative: random_stream then leaves the run's seed out. A splitmix64 step of both (Steele, Lea, Flood 2014).
std::int64_t seeded_id(std::uint64_t seed, std::int64_t id) {
  std::uint64_t z = seed * 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(id) + 1;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return static_cast<std::int64_t>((z ^ (z >> 31)) | (std::uint64_t{1} << 63));
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

const Op* find_op(std::string_view name) {
  Registry& r = registry();
  std::lock_guard lock(r.mutex);
  const auto found = r.rows.find(name);
  return found == r.rows.end() ? nullptr : &found->second;
}

const Op& op(std::string_view name) {
  if (const Op* row = find_op(name)) return *row;
  std::string nearest;
  std::size_t best = ~std::size_t{0};
  for (const Op* row : all_ops())
    if (const std::size_t d = distance(name, row->name); d < best) best = d, nearest = row->name;
  fail(ErrorKind::unsupported, "op \"" + std::string(name) + "\" is not known; the nearest is \"" + nearest + "\"");
}

std::vector<const Op*> all_ops() {
  Registry& r = registry();
  std::lock_guard lock(r.mutex);
  std::vector<const Op*> rows;
  for (const auto& [name, row] : r.rows) rows.push_back(&row);
  return rows;
}

const Op& register_op(Op row) {
  if (row.name.empty() || !row.infer || (!row.reference && !row.alias))
    fail(ErrorKind::invalid_argument, "register_op: \"" + row.name + "\" needs a name, infer and a reference kernel");
  Registry& r = raw_registry();
  std::lock_guard lock(r.mutex);
  const std::string name = row.name;
  const auto [at, inserted] = r.rows.emplace(name, std::move(row));
  if (!inserted) fail(ErrorKind::invalid_argument, "register_op: \"" + name + "\" is there already");
  return at->second;
}

std::vector<Tensor> apply_all(const Op& op, std::span<const Tensor> inputs, Attrs attrs) {
  bool symbolic = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined())
      fail(ErrorKind::invalid_argument, op.name + ": input " + std::to_string(i) + " is an undefined tensor");
    symbolic |= inputs[i].symbolic();
  }
  symbolic |= dispatcher.tracing && dispatcher.tracing();
  try {
    return symbolic ? dispatcher.record(op, inputs, attrs) : dispatcher.run(op, inputs, attrs);
  } catch (Error& error) {
    if (error.where().empty() && !Scope::path().empty()) error.at(Scope::path());
    throw;
  }
}

Tensor apply(const Op& op, std::span<const Tensor> inputs, Attrs attrs) {
  return std::move(apply_all(op, inputs, std::move(attrs)).front());
}
Tensor apply(std::string_view name, std::initializer_list<Tensor> inputs, Attrs attrs) {
  return apply(op(name), std::span(inputs.begin(), inputs.size()), std::move(attrs));
}

bool rules::may_be_viewed(const Tensor& x) {
  return x.defined() && !x.symbolic() && !x.is_variable() && !(dispatcher.tracing && dispatcher.tracing());
}

void detail::set_dispatcher(const Dispatcher& d) { dispatcher = d; }
std::int64_t detail::next_op_id() { return op_seed ? seeded_id(*op_seed, op_id++) : op_id++; }
void detail::set_next_op_id(std::int64_t id) { op_id = id; }

ops::SeedScope::SeedScope(std::optional<std::uint64_t> seed) : before_(op_seed) {
  if (seed) op_seed = seed;
}
ops::SeedScope::~SeedScope() { op_seed = before_; }

}  // namespace candor
