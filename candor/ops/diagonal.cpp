// diagonal, trace_of, tril, triu: the last two axes as matrices.
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/ops/rules.h"

namespace candor {

using Ints = std::vector<std::int64_t>;

// In the flattened matrix the diagonal is every (columns + 1)st element.
Tensor diagonal(const Tensor& x, int offset) {
  if (x.rank() < 2) fail(ErrorKind::shape, "diagonal: needs two axes or more, got " + to_string(x.shape()));
  const std::int64_t rows = x.shape(-2), columns = x.shape(-1);
  const std::int64_t count = std::max<std::int64_t>(0, offset >= 0 ? std::min(rows, columns - offset) : std::min(rows + offset, columns));
  Ints extents = x.shape().to_vector();
  extents.resize(extents.size() - 2);
  extents.push_back(rows * columns);
  Ints start(extents.size(), 0), stop = extents, step(extents.size(), 1);
  start.back() = offset >= 0 ? offset : -offset * columns;
  stop.back() = count == 0 ? start.back() : start.back() + (count - 1) * (columns + 1) + 1;
  step.back() = columns + 1;
  return slice(reshape(x, extents), start, stop, step);
}

Tensor trace_of(const Tensor& x) { return sum(diagonal(x), {-1}); }

namespace {
// Elements for which keep(column - row) holds, zeros elsewhere.
template <class Keep>
Tensor masked(const Tensor& x, const char* op, Keep keep) {
  if (x.rank() < 2) fail(ErrorKind::shape, std::string(op) + ": needs two axes or more, got " + to_string(x.shape()));
  const std::int64_t rows = x.shape(-2), columns = x.shape(-1);
  std::vector<bool> mask;
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) mask.push_back(keep(j - i));
  return where(Tensor::from(mask, {rows, columns}), x, rules::scalar(0, x));
}
}  // namespace

Tensor tril(const Tensor& x, int k) {
  return masked(x, "tril", [k](std::int64_t d) { return d <= k; });
}
Tensor triu(const Tensor& x, int k) {
  return masked(x, "triu", [k](std::int64_t d) { return d >= k; });
}

}  // namespace candor
