#include "candor/train/batch_size_finder.h"

#include <algorithm>
#include <chrono>

#include "candor/base/clock.h"
#include "candor/base/error.h"
#include "candor/train/on_batch.h"
#include "candor/train/undo.h"

namespace candor {
namespace {


void check(const std::string& who, const BatchSizeSearchOptions& o) {
  const auto bad = [&](const std::string& what) { fail(ErrorKind::invalid_argument, who + ": " + what); };
  if (o.smallest < 1 || o.largest < o.smallest) bad("smallest must be at least 1 and not more than largest");
  if (!(o.seconds >= 0)) bad("seconds must not be negative, not " + to_string(Config(o.seconds)));
  if (!(o.enough > 0 && o.enough <= 1)) bad("enough must lie in (0, 1], not " + to_string(Config(o.enough)));
}

}  // namespace

BatchSizeSearch find_batch_size(const Model& model, const Tensor& x, const Tensor& y, const BatchSizeSearchOptions& o) {
  const std::string who = model.name() + ": find_batch_size";
  check(who, o);
  if (!model.compile_options().optimizer.defined()) fail(ErrorKind::invalid_argument, who + ": compile was given no optimizer");
  if (x.rank() < 1 || y.rank() < 1 || x.shape(0) != y.shape(0) || x.shape(0) < 1) {
    fail(ErrorKind::shape, who + ": inputs " + to_string(x.shape()) + " and targets " + to_string(y.shape()) + " must have the same number of rows, at least one");
  }
  const detail::Undo undo(model, x.view_slice(0, 0, 1));
  BatchSizeSearch search;
  const std::int64_t rows = x.shape(0);
  for (std::int64_t size = std::min(o.smallest, rows); size <= std::min(o.largest, rows); size *= 2) {
    const Tensor some = x.view_slice(0, 0, size).contiguous(), answers = y.view_slice(0, 0, size).contiguous();
    try {
      model.train_on_batch(some, answers);  // compiles
      const double start = seconds_now();
      std::int64_t done = 0;
      do {
        model.train_on_batch(some, answers);
        done += size;
      } while (seconds_now() - start < o.seconds);
      search.sizes.push_back(size);
      search.rows_per_second.push_back(static_cast<double>(done) / std::max(seconds_now() - start, 1e-9));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::memory || search.sizes.empty()) throw;
      search.out_of_memory = true;
      break;
    }
  }
  const double fastest = *std::max_element(search.rows_per_second.begin(), search.rows_per_second.end());
  for (std::size_t i = 0; search.suggestion == 0; ++i) {
    if (search.rows_per_second[i] >= o.enough * fastest) search.suggestion = search.sizes[i];
  }
  return search;
}

BatchSizeSearch find_batch_size(const Model& model, const data::Dataset& dataset, const BatchSizeSearchOptions& options) {
  return find_batch_size(model, dataset.features, dataset.targets, options);
}

}  // namespace candor
