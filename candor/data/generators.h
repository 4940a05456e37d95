// Data that needs no file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/data/dataset.h"

namespace candor::data {

/// Customers of a car insurance: columns speed, age, miles (whole numbers, f32); classes of `group`: 0 high risk, 1 low, 2 middle.
/// Nine Gaussians of equal share, rounded, then clipped to speed 60-200, age 16-100, miles 1-500. The best possible accuracy is .811.
Dataset insurance_risk(std::int64_t rows = 1500, std::uint64_t seed = 0);

/// Handwritten-looking digits: u8 [n, 28, 28, 1], white ink on black, drawn from strokes with random shape variants, slant, affine
/// and elastic distortion and pen width; classes 0 to 9 in equal shares. Image i depends on (seed, i) alone.
Dataset digits(std::int64_t images = 12000, std::uint64_t seed = 0);

/// Names that generate() knows, sorted.
const std::vector<std::string>& generator_names();
bool is_generator(const std::string& name);
/// The generator of that name; rows 0 means its default. Throws Error (not_found) with a suggestion for an unknown name,
/// Error (invalid_argument) for fewer than one row.
Dataset generate(const std::string& name, std::int64_t rows = 0, std::uint64_t seed = 0);

}  // namespace candor::data
