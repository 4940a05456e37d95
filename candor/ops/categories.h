// Whole numbers that stand for categories: checked, and hashed into buckets.
#pragma once

#include <string>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor {

/// `index` itself (i32 or i64). When it runs, an entry outside [0, count) is an Error (invalid_argument) that begins with `what` and names value and place;
/// the value is that of `shown` where it is given (same shape and dtype): what the index was made from.
Tensor check_index(const Tensor& index, std::int64_t count, const std::string& what, const Tensor& shown = {});

/// The bucket in [0, buckets) of each number's decimal text, i64: FarmHash's fingerprint modulo `buckets`, SipHash with a `salt` of two integers.
Tensor hash_bucket(const Tensor& x, std::int64_t buckets, const std::vector<std::int64_t>& salt = {});

}  // namespace candor
