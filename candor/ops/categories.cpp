// Rows check_index and hash_bucket.
#include "candor/ops/categories.h"

#include <charconv>

#include "candor/base/fingerprint.h"
#include "candor/ops/families.h"
#include "candor/ops/index_range.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

std::vector<TensorType> infer_check(std::span<const TensorType> in, const Attrs&) {
  if (in.size() != 2) rules::expect_inputs(in, 1, "check_index");
  rules::expect_index(in[0], "check_index");
  if (in.size() == 2) rules::expect_same_shape(in[0], in[1], "check_index", "index and shown"), rules::expect_same_dtype(in[0], in[1], "check_index");
  return {in[0]};
}

void run_check(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const std::int64_t count = node.attrs.integer("count");
  reference::visit_index(node.in[0].dtype, [&](auto zero) {
    using I = decltype(zero);
    const I* from = args.input<I>(0);
    I* to = args.output<I>(0);
    for (std::int64_t i = 0, n = node.in[0].size(); i < n; ++i) {
      if (from[i] < 0 || from[i] >= count) {
        const I* shown = node.in.size() == 2 ? args.input<I>(1) : from;
        std::string text = node.attrs.text("what") + ": " + std::to_string(shown[i]) + " at place " + reference::place_of(i, node.in[0].shape);
        if (shown == from) text += " is out of range; allowed are 0 to " + std::to_string(count - 1);
        fail(ErrorKind::invalid_argument, text);
      }
      to[i] = from[i];
    }
  });
}

std::vector<TensorType> infer_hash(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "hash_bucket");
  if (!is_integer(in[0].dtype)) fail(ErrorKind::dtype, "hash_bucket: x must hold whole numbers, got " + std::string(to_string(in[0].dtype)));
  if (attrs.integer("buckets") < 1) fail(ErrorKind::invalid_argument, "hash_bucket: buckets must be at least 1, got " + std::to_string(attrs.integer("buckets")));
  const std::size_t salts = attrs.integers("salt").size();
  if (salts != 0 && salts != 2) fail(ErrorKind::invalid_argument, "hash_bucket: salt must be two integers, got " + std::to_string(salts));
  return {{in[0].shape, DType::i64}};
}

void run_hash(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const auto buckets = static_cast<std::uint64_t>(node.attrs.integer("buckets"));
  const std::vector<std::int64_t>& salt = node.attrs.integers("salt");
  auto* to = args.output<std::int64_t>(0);
  visit_dtype(node.in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T>) {
      for (std::int64_t i = 0, n = node.in[0].size(); i < n; ++i) {
        char digits[24];
        const std::string_view text(digits, static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, static_cast<std::int64_t>(args.input<T>(0)[i])).ptr - digits));
        const std::uint64_t hash =
            salt.empty() ? fingerprint64(text) : siphash({static_cast<std::uint64_t>(salt[0]), static_cast<std::uint64_t>(salt[1])}, text);
        to[i] = static_cast<std::int64_t>(hash % buckets);
      }
    }
  });
}

}  // namespace

void register_categories() {
  register_op({.name = "check_index", .infer = infer_check, .reference = run_check});
  register_op({.name = "hash_bucket", .infer = infer_hash, .reference = run_hash});
}

Tensor check_index(const Tensor& index, std::int64_t count, const std::string& what, const Tensor& shown) {
  const Attrs attrs{{"count", count}, {"what", what}};
  return shown.defined() ? apply("check_index", {index, shown}, attrs) : apply("check_index", {index}, attrs);
}

Tensor hash_bucket(const Tensor& x, std::int64_t buckets, const std::vector<std::int64_t>& salt) {
  return apply("hash_bucket", {x}, {{"buckets", buckets}, {"salt", salt}});
}

}  // namespace candor
